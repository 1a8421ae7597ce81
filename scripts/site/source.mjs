/** A file of the repository as a page of its own: numbered lines to link to, comments told apart, no script. */
const STYLE = `:root{color-scheme:light dark}body{margin:0;font:14px/1.6 ui-monospace,Menlo,Consolas,monospace;background:light-dark(#fff,#1b1b1f);color:light-dark(#222,#dfdfd6)}
header{padding:12px 16px;border-bottom:1px solid light-dark(#ccc,#444);font-family:system-ui,sans-serif}a{color:light-dark(#3451b2,#a8b1ff)}
pre{margin:0;padding:12px 0;overflow-x:auto;counter-reset:line}pre span.l{display:block;min-width:max-content;padding-right:16px}
pre span.l::before{counter-increment:line;content:counter(line);display:inline-block;width:4ch;margin:0 2ch 0 1ch;text-align:right;color:light-dark(#5f6368,#9aa0a6)}
pre span.l:target{background:light-dark(#fff3bf,#4a3f12)}pre i{font-style:normal;color:light-dark(#4f6b3a,#9cc586)}`;

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param path from the root of the repository. @param up from the page to the site's root: `../../`. */
export function sourceHtml(path, text, up) {
  let inBlock = false;
  const lines = text.replace(/\n$/, '').split('\n').map((line, i) => {
    let html = escape(line);
    if (inBlock || /^\s*\/\*/.test(line)) {
      inBlock = !line.includes('*/');
      html = `<i>${html}</i>`;
    } else html = html.replace(/(^|\s)(\/\/ .*)$/, '$1<i>$2</i>');
    return `<span class="l" id="L${i + 1}">${html || ' '}</span>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(path)}</title><style>${STYLE}</style></head>
<body><header><a href="${up}index.html">bptt</a> · ${escape(path)}</header><main><pre tabindex="0" aria-label="Source of ${escape(path)}">${lines.join('')}</pre></main></body></html>\n`;
}
