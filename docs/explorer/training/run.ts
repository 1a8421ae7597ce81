/** Training as the reader steers it: the session that belongs to a state, its buttons, and the file of the task csv. */
import { button, el } from '../shell/dom.js';
import { shown } from '../shell/numbers.js';
import { setupOf } from './fields.js';
import type { TrainingState } from './fields.js';
import { reach } from './reach.js';
import { Session } from './session.js';

export interface RunHost {
  readonly state: TrainingState;
  set(change: Partial<TrainingState>): void;
  say(text: string): void;
}

/** A file of the reader's, which no address can hold. */
interface File { readonly name: string; readonly text: string }

function threadsSaid(threads: number): string {
  if (threads > 1) return `${threads} threads`;
  return crossOriginIsolated ? 'one thread' : 'one thread: for two, the host of this page would have to send the headers COOP and COEP';
}

export class Run {
  readonly buttons: HTMLElement;
  readonly status = el('p', { class: 'status' });
  /** Shown with the task csv. */
  readonly drop: HTMLElement;
  session: Session | undefined;
  private readonly play: HTMLButtonElement;
  private readonly columns = el('select', { id: 'csv-column' });
  private readonly fileNote = el('p', { class: 'note', role: 'status' });
  private playing = false;
  private file: File | undefined;
  private key = '';
  private since = { time: 0, done: 0 };
  private rate = NaN;

  /** @param connections whether each epoch comes with them. @param changed called before a frame in which something is new. */
  constructor(private readonly host: RunHost, private readonly connections: boolean, private readonly changed: () => void) {
    this.play = button('Train', () => (this.active ? this.pause() : this.start()));
    this.buttons = el('div', { class: 'buttons', role: 'group', 'aria-label': 'Training' }, this.play,
      button('One epoch', () => {
        this.pause();
        this.host.set({ epoch: this.host.state.epoch + 1 });
      }),
      button('Back to epoch 0', () => {
        this.playing = false;
        this.host.set({ epoch: 0 });
      }));
    this.drop = this.makeDrop();
  }

  /** The session of this state, anew where the state means another one. */
  show(state: TrainingState): void {
    this.drop.hidden = state.task !== 'csv';
    const csv = state.task === 'csv' ? this.file && { text: this.file.text, column: state.column } : undefined;
    const key = JSON.stringify([setupOf(state), csv]);
    const back = !this.playing && state.epoch < (this.session?.requested ?? 0);
    if (key !== this.key || back) {
      this.session?.close();
      this.key = key;
      this.since = { time: performance.now(), done: 0 };
      this.session = state.task === 'csv' && !csv ? undefined : new Session({ setup: setupOf(state), csv, connections: this.connections }, { changed: () => this.hear() });
    }
    this.session?.run(this.playing ? Infinity : state.epoch);
    this.showStatus();
  }

  close(): void {
    this.session?.close();
  }

  private start(): void {
    this.playing = true;
    this.show(this.host.state);
    this.changed();
  }

  /** Whether it trains: on and on, or to the epoch of the address. */
  private get active(): boolean {
    return this.playing || this.session?.running === true;
  }

  private pause(): void {
    if (!this.active) return;
    this.playing = false;
    this.host.set({ epoch: this.session?.stop() ?? 0 });
  }

  private hear(): void {
    const { session } = this;
    if (session?.failure !== undefined) this.playing = false;
    const now = performance.now();
    if (session && now - this.since.time > 1000) {
      this.rate = ((session.done - this.since.done) / (now - this.since.time)) * 1000;
      this.since = { time: now, done: session.done };
    }
    this.showStatus();
    this.showColumns();
    this.changed();
    if (session?.running === false) this.host.say(this.status.textContent ?? '');
  }

  private showStatus(): void {
    const { session } = this;
    this.play.textContent = this.active ? 'Pause' : 'Train';
    this.play.disabled = !session || session.failure !== undefined;
    this.status.textContent = this.saying(session);
  }

  private saying(session: Session | undefined): string {
    if (!session) return 'Choose a file: the training begins with it.';
    const newest = session.epochs.at(-1);
    const seen = newest ? `Epoch ${newest.epoch}: loss ${shown(newest.loss, 4)}; a hundredth of the gradient comes back to step ${reach(newest.norms)}.` : '';
    if (session.failure !== undefined) return `${seen} It cannot go on: ${session.failure}`;
    if (!newest) return 'Starting …';
    const pace = Number.isFinite(this.rate) && session.running ? ` ${this.rate.toFixed(0)} ${this.rate.toFixed(0) === '1' ? 'epoch' : 'epochs'} a second, on ${threadsSaid(session.threads)}.` : '';
    return seen + pace;
  }

  private makeDrop(): HTMLElement {
    const input = el('input', { type: 'file', id: 'csv-file', accept: '.csv,.txt,text/csv' });
    const take = (files: FileList | null | undefined): void => {
      const [chosen] = files ?? [];
      if (chosen) void chosen.text().then((text) => this.take({ name: chosen.name, text }));
    };
    input.addEventListener('change', () => take(input.files));
    this.columns.addEventListener('change', () => this.host.set({ column: this.columns.value }));
    const place = el('div', { class: 'drop' },
      el('label', { for: 'csv-file' }, 'A CSV file, or drop one here'), input,
      el('label', { for: 'csv-column' }, 'Column'), this.columns,
      el('p', { class: 'note' }, 'It stays on this machine. Four fifths are trained on; the sequences looked at are of the last fifth. The address cannot hold the file.'), this.fileNote);
    place.addEventListener('dragover', (event) => event.preventDefault());
    place.addEventListener('drop', (event) => {
      event.preventDefault();
      take(event.dataTransfer?.files);
    });
    return place;
  }

  private take(file: File): void {
    this.file = file;
    this.host.set({ epoch: this.host.state.epoch });
  }

  private showColumns(): void {
    const { column = '', columns = [], order = '' } = this.session?.example ?? {};
    if (this.columns.options.length !== columns.length || this.columns.value !== column) {
      this.columns.replaceChildren(...columns.map((name) => el('option', { value: name }, name)));
      this.columns.value = column;
    }
    const note = this.file && column !== '' ? `${this.file.name}: ${column}, rows ${order}.` : '';
    if (this.fileNote.textContent !== note) this.fileNote.textContent = note;
  }
}
