/** A question at a panel. Its answer is computed from the state that the panel is in. */
import type { Fields, StateOf } from './address.js';
import { button, el } from './dom.js';
import type { Host } from './panel.js';

export interface Question<S> {
  readonly ask: (state: S) => string;
  readonly options: (state: S) => readonly string[];
  readonly answer: (state: S) => {
    /** Place among the options. */
    readonly right: number;
    /** Why, with the numbers of this state. */
    readonly because: string;
  };
}

/** Shown with `show`; an answer given goes away where the question or its answer has changed. */
export function question<F extends Fields>(host: Host<F>, { ask, options, answer }: Question<StateOf<F>>): { readonly element: HTMLElement; show(state: StateOf<F>): void } {
  const text = el('p');
  const choices = el('div', { class: 'choices' });
  const verdict = el('p', { class: 'verdict', role: 'status' });
  const element = el('section', { class: 'question', 'aria-label': 'Question' }, el('h2', {}, 'A question'), text, choices, verdict);
  let asked = '';
  return {
    element,
    show(state) {
      const offered = options(state);
      const solution = answer(state);
      const now = JSON.stringify([ask(state), offered, solution]);
      if (now === asked) return;
      asked = now;
      text.textContent = ask(state);
      element.setAttribute('aria-label', `Question: ${ask(state)}`);
      verdict.textContent = '';
      choices.replaceChildren(...offered.map((option, i) => {
        const made = button(option, () => {
          for (const other of choices.children) other.setAttribute('aria-pressed', String(other === made));
          const right = i === solution.right;
          verdict.textContent = `${right ? '✓ Yes.' : '✗ No.'} ${solution.because}`;
          verdict.className = `verdict ${right ? 'right' : 'wrong'}`;
        });
        made.setAttribute('aria-pressed', 'false');
        return made;
      }));
    },
  };
}
