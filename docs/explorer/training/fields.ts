/** What of a training the address holds, and the setup that it means. */
import { choice, range, text } from '../shell/address.js';
import type { StateOf } from '../shell/address.js';
import { taskNames } from './tasks.js';
import type { TaskName } from './tasks.js';
import { cellNames } from './trainer.js';
import type { CellName, Setup } from './trainer.js';

export const trainingFields = {
  task: choice(taskNames),
  cell: choice(cellNames, 'lstm'),
  lr: choice(['0.0003', '0.001', '0.003', '0.01', '0.03', '0.1'], '0.003'),
  clip: choice(['none', '0.1', '1', '10'], '1'),
  seed: range({ from: 0, to: 99, initial: 1 }),
  /** Where training stands still: it goes there at once, and on from there by a button. */
  epoch: range({ from: 0, to: 100_000, initial: 0 }),
  /** The column of a CSV file; empty for its last. */
  column: text(''),
} as const;

export type TrainingFields = typeof trainingFields;
export type TrainingState = StateOf<TrainingFields>;

export const taskLabels: Readonly<Record<TaskName, string>> = {
  copy: 'copy: say the first three symbols at the end', adding: 'adding: sum of two marked numbers', sine: 'sine: go on with a wave', csv: 'a CSV of your own: go on with a column',
};
export const cellLabels: Readonly<Record<CellName, string>> = { rnn: 'simple RNN', gru: 'GRU', lstm: 'LSTM' };

export const trainingLabels = {
  task: { label: 'Task', name: (task: unknown) => taskLabels[task as TaskName] },
  cell: { label: 'Cell', name: (cell: unknown) => cellLabels[cell as CellName], help: '50 units, 50 steps' },
  lr: { label: 'Learning rate', help: 'of Adam' },
  clip: { label: 'Clip', help: 'the largest norm of all gradients together' },
  seed: { label: 'Seed', help: 'of weights and data' },
} as const;

export function setupOf({ task, cell, lr, clip, seed }: TrainingState): Setup {
  return { task, cell, lr: Number(lr), clip: clip === 'none' ? 0 : Number(clip), seed };
}
