/** Style sheet of reports: the tokens and rules of the plots, text in one column, tables as wide as they need, all of it on a phone, dark and on paper. */
import { plotRules, themeCss } from '../plots/palette.js';

/** Shadows at the sides of a box that show where it goes on: they scroll away under covers of the ground's own colour. */
function scrollCue(ground: string): string {
  const covers = ['right', 'left'].map((to, i) => `linear-gradient(to ${to},${ground} 50%,transparent) ${i === 0 ? 'left' : 'right'}/2.4rem 100% no-repeat local`);
  const shades = ['right', 'left'].map((to, i) => `linear-gradient(to ${to},color-mix(in srgb,var(--ink) 34%,transparent),transparent) ${i === 0 ? 'left' : 'right'}/.9rem 100% no-repeat scroll`);
  return `background:${[...covers, ...shades].join(',')};background-color:${ground};scrollbar-width:thin;scrollbar-color:var(--muted) transparent`;
}

/** Screens up to this width get the narrow drawings, and tables of words as lists. */
const PHONE = '@media screen and (max-width:44rem)';

export const reportCss = [
  themeCss(':root'),
  plotRules,
  ':root{color-scheme:light dark}*{box-sizing:border-box}',
  'body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}',
  'main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}',
  'header{padding:2.75rem 0 .5rem}h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;margin:0;text-wrap:balance;overflow-wrap:anywhere}',
  '.subtitle{color:var(--muted);margin:.5rem 0 0;font-size:1.05rem}',
  'section{margin:2.25rem 0 0}h2{font-size:1.2rem;line-height:1.3;margin:0 0 .75rem;padding-top:.9rem;border-top:1px solid var(--rule)}',
  'p{margin:0 0 .8rem;max-width:70ch;overflow-wrap:break-word}code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}',
  'code{background:var(--panel);padding:.1em .3em;border-radius:3px;overflow-wrap:anywhere}',
  `pre{padding:.85rem 1rem;border-radius:4px;overflow:auto;max-height:28rem;line-height:1.45;margin:0 0 1rem;width:fit-content;max-width:100%;${scrollCue('var(--panel)')}}`,
  'figure{margin:1.4rem 0;display:flex;flex-wrap:wrap;gap:.5rem 1.75rem}figcaption{color:var(--muted);font-size:.9rem;flex:1 1 15rem;max-width:72ch}',
  '.drawing{min-width:0;max-width:100%}.drawing .bptt-plot{display:block}.drawing .narrow{display:none}',
  `.scroll{overflow-x:auto;position:relative;max-width:max-content;min-width:min(100%,34rem);margin:0 0 1.1rem;${scrollCue('var(--page)')}}`,
  '.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),22rem));gap:1rem;flex:1 1 100%}.pictures img{width:100%;display:block;image-rendering:pixelated;border:1px solid var(--rule)}.pictures span{color:var(--muted);font-size:.85rem;overflow-wrap:anywhere}',
  '.pictures+.drawing{flex:1 1 100%}',
  'table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-width:100%}',
  'caption{text-align:left;font-weight:600;padding-bottom:.4rem;font-size:.95rem}caption span{position:sticky;left:0;display:inline-block;max-width:min(70ch,calc(100vw - 2.5rem))}',
  'th,td{padding:.34rem .8rem;border-bottom:1px solid var(--rule);text-align:left;vertical-align:baseline}',
  'th:first-child,td:first-child{padding-left:0}thead th{color:var(--muted);font-weight:500;border-bottom-color:var(--muted);vertical-align:bottom}',
  'tbody th{font-weight:500;min-width:8rem}.number{text-align:right}td.number{white-space:nowrap}.best{background:var(--good)}.words td,.words th{max-width:60ch}',
  '.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}',
  '.callout{border-left:3px solid var(--s0);background:var(--panel);padding:.7rem 1rem;margin:0 0 1.1rem;border-radius:0 4px 4px 0;max-width:47.5rem}',
  '.callout p:last-child{margin-bottom:0}.callout strong{font-size:.9rem}.warning{border-left-color:var(--warn)}.warning strong{color:var(--warn)}',
  'dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:.7rem 1.5rem;margin:0 0 1.2rem}',
  'dt{color:var(--muted);font-size:.85rem}dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}',
  'details{margin:0 0 1rem}summary{cursor:pointer;color:var(--muted);font-size:.92rem;padding:.2rem 0}',
  'footer{color:var(--muted);font-size:.85rem;padding-top:2rem;padding-bottom:3rem;overflow-wrap:anywhere}',
  ':focus-visible{outline:2px solid var(--s0);outline-offset:2px}',
  '.readout{position:fixed;z-index:1;pointer-events:none;background:var(--page);color:var(--ink);border:1px solid var(--rule);border-radius:4px;box-shadow:0 2px 8px #0003;padding:.35rem .6rem;font-size:.8rem;line-height:1.4;max-width:calc(100vw - 8px);font-variant-numeric:tabular-nums}',
  '.readout b{display:block;font-weight:600}.readout i{display:inline-block;width:.6em;height:.6em;border-radius:50%;margin-right:.45em;background:var(--c)}',
  `${PHONE}{`,
  'main,footer{padding:0 1rem}header{padding-top:1.5rem}h1{font-size:1.55rem}footer{padding-top:2rem;padding-bottom:3rem}',
  '.drawing{flex:1 1 100%}.drawing .wide{display:none}.drawing .narrow{display:block;max-width:30rem}.drawing .narrow .bptt-plot{width:100%}figcaption{flex-basis:100%}',
  // Names of rows stay in sight while the figures scroll.
  '.scroll{min-width:0}.scroll table:not(.words){width:max-content}.scroll table:not(.words) :is(tbody th,thead :first-child){position:sticky;left:0;background:var(--page);min-width:0;max-width:9rem;padding-right:.6rem}',
  'th,td{padding:.34rem .55rem}caption span{max-width:calc(100vw - 2rem)}',
  '.words,.words caption,.words tbody,.words tr,.words tbody th,.words td{display:block;max-width:none}.words thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}',
  '.words tr{border-top:1px solid var(--rule);padding:.6rem 0}.words tbody th{border:0;padding:0 0 .2rem;font-weight:600}.words td{border:0;padding:.1rem 0;text-align:left;white-space:normal}.words td:empty{display:none}',
  '.words td::before{content:attr(data-label) ": ";content:attr(data-label) ": " / "";color:var(--muted)}',
  '}',
  '@page{margin:16mm}@media print{body{font-size:10pt}main,footer{max-width:none;padding-left:0;padding-right:0}header{padding-top:0}h2{break-after:avoid}p,li{orphans:3;widows:3}',
  'figure,.callout,tr,dl>div{break-inside:avoid}figure{display:block}figcaption{margin-top:.4rem}.scroll{overflow:visible;background:none;max-width:none}table{font-size:8.5pt}caption{break-after:avoid}caption span{max-width:none}th,td{padding:.2rem .4rem}thead{display:table-header-group}',
  '.best{print-color-adjust:exact}details,.readout{display:none}pre{max-height:none;white-space:pre-wrap;overflow:visible;background:none;padding:0;font-size:7.5pt}}',
].join('\n');
