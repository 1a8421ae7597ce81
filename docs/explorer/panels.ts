/** The panels, in their order. Names are those of the headings in docs/explorer.md, which other pages link to. */
import type { Panel } from './shell/panel.js';

export interface PanelEntry {
  /** As in the address. */
  readonly name: string;
  /** In the bar. */
  readonly short: string;
  readonly title: string;
  /** What to do, and what is to be seen. */
  readonly lead: string;
  /** Where it is derived: a page of the site, with a heading. */
  readonly derivations: readonly { readonly text: string; readonly href: string }[];
  load(): Promise<{ readonly panel: Panel }>;
}

export const panels: readonly PanelEntry[] = [
  {
    name: 'strip', short: 'Strip', title: 'Every number of a recurrent network',
    lead: 'A cell is copied once for each time step. Choose a number: its equation appears, with the numbers of this step in it, and the line of source that computes it.',
    derivations: [{ text: 'Simple cell', href: 'bptt.html#2-the-simple-recurrent-cell' }, { text: 'LSTM', href: 'lstm.html#1-forward' }, { text: 'GRU', href: 'gru.html#1-forward-reset-after-the-product' }],
    load: () => import('./panels/strip.js'),
  },
];
