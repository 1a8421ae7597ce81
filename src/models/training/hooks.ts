/**
 * The callbacks of one run: what happened goes to each of them in turn, and it is known who has heard it, so that what is saved
 * in any hook goes on from there: those that have heard do not hear it again, the others do.
 */
import type { Callback, CallbackState, TrainingContext } from '../../callbacks/callback.js';
import type { NotFiniteError } from '../../errors.js';
import type { CallbackStates, Position, TrainingEvent } from './position.js';

export class Hooks {
  private readonly callbacks: readonly Callback[];
  private readonly position: Position;
  /** What each callback went on with, or will. */
  private readonly found: readonly (CallbackState | undefined)[];
  private begun = 0;

  /** @param position what a resumed run goes on from; of a new one it has no states and no events. */
  constructor(callbacks: readonly Callback[], position: Position) {
    this.callbacks = callbacks;
    this.position = position;
    const saved = [...position.callbacks];
    this.found = callbacks.map(({ name }) => {
      const at = saved.findIndex((entry) => entry.name === name);
      return at < 0 ? undefined : saved.splice(at, 1)[0]?.state;
    });
  }

  /** onTrainBegin, and of a resumed run the state to go on with. */
  async begin(context: TrainingContext): Promise<void> {
    for (const [i, callback] of this.callbacks.entries()) {
      await callback.onTrainBegin?.(context);
      const state = this.found[i];
      if (state) callback.setState?.(state, context);
      this.begun = i + 1;
    }
  }

  async epochBegin(epoch: number, context: TrainingContext): Promise<void> {
    for (const callback of this.callbacks) await callback.onEpochBegin?.(epoch, context);
  }

  /** Tells what happened, in order. */
  async tell(events: readonly TrainingEvent[], context: TrainingContext): Promise<void> {
    this.position.events = [...events];
    await this.finish(context);
  }

  /** Tells those who have not heard what the position holds. */
  async finish(context: TrainingContext): Promise<void> {
    const { events } = this.position;
    for (let event = events[0]; event; event = events[0]) {
      const listeners = this.listeners(event);
      event.waiting = listeners.map(({ name }) => name);
      for (const callback of listeners) {
        event.waiting.shift(); // what it saves counts it among those who have heard
        if (event.hook === 'onCheckpoint') await callback.onCheckpoint?.(event.at, context);
        else await callback[event.hook]?.(event.at, event.logs, context);
      }
      events.shift();
    }
  }

  /** The last callbacks with the names that wait. */
  private listeners({ waiting }: TrainingEvent): Callback[] {
    if (!waiting) return [...this.callbacks];
    const names = [...waiting];
    const found: Callback[] = [];
    for (const callback of [...this.callbacks].reverse()) {
      if (callback.name !== names.at(-1)) continue;
      names.pop();
      found.unshift(callback);
    }
    return found;
  }

  /** One failing callback must not keep the others from their last word. Returns the failures. */
  async end(context: TrainingContext): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (const callback of this.callbacks) {
      try {
        await callback.onTrainEnd?.(context);
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }

  /** Whether a callback ends training quietly. Every one is asked. */
  bearsNotFinite(error: NotFiniteError): boolean {
    return this.callbacks.filter((callback) => callback.onNotFinite?.(error)).length > 0;
  }

  /** As they are now; a callback that has not begun still has what it will go on with. */
  states(): CallbackStates {
    return this.callbacks.flatMap((callback, i) => {
      const state = i < this.begun ? callback.getState?.() : this.found[i];
      return state ? [{ name: callback.name, state }] : [];
    });
  }
}
