/** What a panel is: fields that the address holds, and a view that shows whatever state they are in. */
import { readState, writeState } from './address.js';
import type { Fields, StateOf } from './address.js';

export interface Host<F extends Fields> {
  readonly fields: F;
  /** Where the panel puts what it shows. */
  readonly place: HTMLElement;
  readonly state: StateOf<F>;
  /** Changes the state: the address follows, and the view is shown anew. */
  set(change: Partial<StateOf<F>>): void;
  /** Says to a screen reader what has changed. */
  say(text: string): void;
}

export interface View<F extends Fields> {
  show(state: StateOf<F>): void;
  /** Ends what goes on: workers, timers. */
  close?(): void;
}

/** What the shell knows of a panel: its state as text. */
export interface Panel {
  open(place: HTMLElement, query: string, listener: PanelListener): OpenPanel;
}

export interface PanelListener {
  readonly changed: (query: string) => void;
  readonly say: (text: string) => void;
}

export interface OpenPanel {
  show(query: string): void;
  close(): void;
}

/** @param build puts the panel into `host.place`; called once, then its `show` for the first state and for each that follows. */
export function definePanel<F extends Fields>(fields: F, build: (host: Host<F>) => View<F>): Panel {
  return {
    open(place, query, { changed, say }) {
      let state = readState(fields, query);
      const host: Host<F> = {
        fields, place, say,
        get state() {
          return state;
        },
        set(change) {
          state = { ...state, ...change };
          changed(writeState(fields, state));
          view.show(state);
        },
      };
      const view = build(host);
      view.show(state);
      return {
        show(next) {
          state = readState(fields, next);
          view.show(state);
        },
        close: () => view.close?.(),
      };
    },
  };
}
