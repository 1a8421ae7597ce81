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
    lead: 'A cell is copied once for each time step. Choose a number: its equation appears, with the numbers of this step in it, and the line of source that computes it. The numbers in it are rounded; pressed, each leads to where it comes from. dx is short for ∂L/∂x, and V1, L5, G6, B3 are the equations\' numbers in the derivations and in the source.',
    derivations: [{ text: 'Simple cell', href: 'bptt.html#2-the-simple-recurrent-cell' }, { text: 'LSTM', href: 'lstm.html#1-forward' }, { text: 'GRU', href: 'gru.html#1-forward-reset-after-the-product' }],
    load: () => import('./panels/strip.js'),
  },
  {
    name: 'backward', short: 'Backward', title: 'The backward pass, step by step',
    lead: 'Go from the last step to the first. At each one the gradient of the state gathers from two sides: from the loss at this step, and from the step after (dh is short for ∂L/∂h). Truncation cuts the second; clipping shortens what comes of it in the end.',
    derivations: [{ text: 'The time loop', href: 'bptt.html#3-the-time-loop' }, { text: 'Explosion, clipping, truncation', href: 'gradient-flow.html#3-explosion-clipping-truncation' }, { text: 'Clipping', href: 'optimizers.html#5-clipping' }],
    load: () => import('./panels/backward.js'),
  },
  {
    name: 'flow', short: 'Gradient flow', title: 'Where the gradient dies, and why',
    lead: 'A loss at the last of 60 steps alone. Read the lines from right to left, as the gradient goes: where one has fallen to nothing, the weights cannot learn from inputs. The axis is logarithmic, so a straight line is the same factor at every step. Move ρ and the biases of the gates, and see which line they move.',
    derivations: [{ text: 'Gradient flow', href: 'gradient-flow.html#1-one-factor-a-step' }, { text: 'Vanishing and exploding', href: 'bptt.html#4-far-dependencies-vanishing-and-exploding' }, { text: 'Why the cell state helps', href: 'lstm.html#4-why-the-cell-state-helps' }],
    load: () => import('./panels/flow.js'),
  },
  {
    name: 'training', short: 'Training', title: 'Training, and how far back the gradient comes',
    lead: 'A network of 50 units reads 50 steps and is asked at the end. Train it, and see at every epoch how much of the gradient comes back to early steps: what does not arrive there cannot be learnt from there.',
    derivations: [{ text: 'Gradient flow', href: 'gradient-flow.html#1-one-factor-a-step' }, { text: 'The time loop', href: 'bptt.html#3-the-time-loop' }, { text: 'Clipping', href: 'optimizers.html#5-clipping' }],
    load: () => import('./panels/training.js'),
  },
  {
    name: 'connections', short: 'Connections', title: 'Which input moves which answer',
    lead: 'The same network, and the size of ∂y/∂x for every answer y and every input step x: by how much the answer would move if that input moved. Train it, and see where it begins to look.',
    derivations: [{ text: 'Gradients of inputs', href: 'explain.html#inputs-gradients-integrals-occlusion' }, { text: 'Gradient flow', href: 'gradient-flow.html#2-a-gate-instead-of-a-matrix' }],
    load: () => import('./panels/connections.js'),
  },
  {
    name: 'candlesticks', short: 'Candlesticks', title: 'Where a convolutional network looks',
    lead: 'A small network has learnt one pattern in simulated charts: a candle that rises over the whole body of the falling one before it. Draw a chart, and see what it says and where it looks.',
    derivations: [{ text: 'Grad-CAM', href: 'explain.html#activation-maps' }, { text: 'Convolution', href: 'convolution.html#1-images-and-windows' }, { text: 'Is the map right?', href: 'explain.html#is-the-map-right' }],
    load: () => import('./panels/candlesticks.js'),
  },
];
