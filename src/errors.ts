/**
 * Named errors. Each one says which operation failed, which argument was at fault, what was expected,
 * what arrived, and what to do about it.
 *
 * `ShapeError: LSTM 'lstm_1': input must be [batch, time, 4], got [32, 20, 5]. Set inputShape to [20, 5].`
 */

export interface ErrorDetails {
  /** What was running: `matmul`, `LSTM 'lstm_1'`, `readCsv`. */
  readonly operation: string;
  /** Name of the argument, tensor or cell at fault. */
  readonly argument: string;
  /** What would have been right. */
  readonly expected: string;
  /** What arrived instead. */
  readonly actual: string;
  /** A full sentence that tells the reader what to do next. */
  readonly hint?: string;
}

/** What came from a file or a caller, at a length that a message can bear. */
function brief(given: string, most = 500): string {
  const text = `${given}`; // JSON.stringify claims a string for what it leaves out
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Base of every error this library throws on purpose. */
export class BpttError extends Error implements ErrorDetails {
  // Written out in every class: a minifier renames classes, not strings.
  override readonly name: string = 'BpttError';
  readonly operation: string;
  readonly argument: string;
  readonly expected: string;
  readonly actual: string;
  readonly hint?: string;

  constructor(details: ErrorDetails, options?: ErrorOptions) {
    const { operation, argument, expected, actual, hint } = details;
    super(`${brief(operation)}: ${brief(argument)} must be ${brief(expected, 2000)}, got ${brief(actual)}.${hint ? ` ${brief(hint)}` : ''}`, options);
    this.operation = operation;
    this.argument = argument;
    this.expected = expected;
    this.actual = actual;
    if (hint !== undefined) this.hint = hint;
  }
}

/** A tensor's rank or size does not fit. */
export class ShapeError extends BpttError {
  override readonly name: string = 'ShapeError';
}
/** An argument or option has a value outside its domain, or an unknown name. */
export class ArgumentError extends BpttError {
  override readonly name: string = 'ArgumentError';
}
/** A call came at the wrong time: `fit` before `compile`, a state before the first batch. */
export class StateError extends BpttError {
  override readonly name: string = 'StateError';
}
/** Input data hold NaN, infinities, text in number columns, or too few rows. */
export class DataError extends BpttError {
  override readonly name: string = 'DataError';
}
/** A model file is damaged, truncated or belongs to another architecture. */
export class FileFormatError extends BpttError {
  override readonly name: string = 'FileFormatError';
}
/** A backend cannot run here, or its device was lost. */
export class BackendError extends BpttError {
  override readonly name: string = 'BackendError';
}

/** What one format says and another cannot: a model to be read or written has parts without a counterpart, or lacks some. */
export class ConversionError extends BpttError {
  override readonly name: string = 'ConversionError';
  /** Each of them, one sentence a part: all that stands in the way, not only the first. */
  readonly problems: readonly string[];

  constructor(details: Omit<ErrorDetails, 'actual'>, problems: readonly string[], options?: ErrorOptions) {
    super({ ...details, actual: problems.length === 1 ? String(problems[0]) : `${problems.length} problems: ${problems.join('; ')}` }, options);
    this.problems = problems;
  }
}

/** Where training first met a value that is not finite. */
export interface NotFiniteSite {
  /** Layer name as in `model.summary()`, or `loss` / `optimizer`. */
  readonly layer: string;
  /** Tensor within the layer: `output`, `gates`, `gradient kernel`, … */
  readonly tensor: string;
  /** Time step, counted from 0, for tensors with a time axis. */
  readonly timeStep?: number;
  readonly epoch: number;
  readonly batch: number;
}

/** Training met NaN or infinity. The model keeps the weights of the last step whose loss was finite. */
export class NotFiniteError extends BpttError {
  override readonly name: string = 'NotFiniteError';
  readonly site: NotFiniteSite;

  constructor(details: ErrorDetails, site: NotFiniteSite) {
    super(details);
    this.site = site;
  }
}

/** Prints a shape the way every message does: `[32, 20, 5]`; a size that is left open as users write it, null. */
export function formatShape(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((size) => (Number.isNaN(size) ? 'null' : String(size))).join(', ')}]`;
}

/** Most characters of a caller's text that a message repeats. */
const LONGEST_QUOTE = 60;

/** A text from outside as messages show it: in quotes, and not longer than a reader can take in. */
export function quoted(text: string): string {
  return text.length <= LONGEST_QUOTE ? `'${text}'` : `'${text.slice(0, LONGEST_QUOTE)}…' (${text.length} characters)`;
}

/** Most names that a message lists. */
const LONGEST_LIST = 20;

/** Names from outside as messages list them. */
export function listed(names: readonly string[]): string {
  const more = names.length - LONGEST_LIST;
  return names.slice(0, LONGEST_LIST).map(quoted).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
