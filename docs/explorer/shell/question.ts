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

/**
 * Shown with `show`, as often as numbers come: its buttons stay the same ones, so that they can be pressed while a network trains. An answer
 * given goes away where the question or what is right has changed; its reasons follow the numbers.
 */
export function question<F extends Fields>(host: Host<F>, { ask, options, answer }: Question<StateOf<F>>): { readonly element: HTMLElement; show(state: StateOf<F>): void } {
  const text = el('p');
  const choices = el('div', { class: 'choices' });
  const verdict = el('p', { class: 'verdict' });
  const element = el('section', { class: 'question', 'aria-label': 'Question' }, el('h2', {}, 'A question'), text, choices, verdict);
  const buttons: HTMLButtonElement[] = [];
  let asked = '';
  let solution = { right: NaN, because: '' };
  let given = NaN;

  function judge(): void {
    buttons.forEach((each, i) => each.setAttribute('aria-pressed', String(i === given)));
    const right = given === solution.right;
    const said = Number.isNaN(given) ? '' : `${right ? '✓ Yes.' : '✗ No.'} ${solution.because}`;
    if (verdict.textContent === said) return;
    verdict.textContent = said;
    verdict.className = `verdict ${right ? 'right' : 'wrong'}`;
  }

  function offer(offered: readonly string[]): void {
    for (let i = buttons.length; i < offered.length; i++) {
      const made = button('', () => {
        given = i;
        judge();
        host.say(verdict.textContent ?? '');
      });
      buttons.push(made);
      choices.append(made);
    }
    buttons.forEach((each, i) => {
      each.textContent = offered[i] ?? '';
      each.hidden = i >= offered.length;
    });
  }

  return {
    element,
    show(state) {
      solution = answer(state);
      const [question, offered] = [ask(state), options(state)];
      const now = JSON.stringify([question, offered, solution.right]);
      if (now !== asked) {
        asked = now;
        given = NaN;
        text.textContent = question;
        element.setAttribute('aria-label', `Question: ${question}`);
        offer(offered);
      }
      judge();
    },
  };
}
