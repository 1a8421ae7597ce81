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
  {
    name: 'training', short: 'Training', title: 'Training, and how far back the gradient comes',
    lead: 'A network of 50 units reads 50 steps and is asked at the end. Train it, and see at every epoch how much of the gradient comes back to early steps: what does not arrive there cannot be learnt from there.',
    derivations: [{ text: 'Gradient flow', href: 'gradient-flow.html#1-one-factor-a-step' }, { text: 'The time loop', href: 'bptt.html#3-the-time-loop' }, { text: 'Clipping', href: 'optimizers.html#5-clipping' }, { text: 'Adam', href: 'adam.html#the-moments' }],
    load: () => import('./panels/training.js'),
  },
  {
    name: 'connections', short: 'Connections', title: 'Which input moves which answer',
    lead: 'The same network, and the size of ∂y/∂x for every answer y and every input step x: by how much the answer would move if that input moved. Train it, and see where it begins to look.',
    derivations: [{ text: 'Gradients of inputs', href: 'explain.html#inputs-gradients-integrals-occlusion' }, { text: 'Gradient flow', href: 'gradient-flow.html#2-a-gate-instead-of-a-matrix' }],
    load: () => import('./panels/connections.js'),
  },
];
