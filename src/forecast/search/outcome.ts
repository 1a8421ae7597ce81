/**
 * Outcomes and records as they come from outside: a thread, another machine, a file. Nothing in them is taken on trust,
 * and nothing in them can say which trial they belong to but the task they were asked for.
 */
import { DataError } from '../../errors.js';
import { canonical, isJson, isRecord, pairOf, shorten } from './json.js';
import type { Report, Trial, TrialOutcome, TrialRecord } from './trial.js';

type Fields = Readonly<Record<string, unknown>>;
type Refuse = (field: string, expected: string, actual: unknown) => never;

const STATUSES = ['done', 'pruned', 'failed'] as const;
const OUTCOME = ['status', 'value', 'result', 'reason', 'reports', 'seconds'];
const RECORD = ['index', 'rung', 'seed', 'parameters', ...OUTCOME];

/**
 * @param objective the field of the result that is the value of the trial, if there is one.
 * @throws DataError that names the field at fault.
 */
export function requireOutcome(operation: string, argument: string, objective: string | undefined, found: unknown): TrialOutcome {
  const { refuse, fields } = reader(operation, argument, found, OUTCOME);
  return outcomeOf(fields, objective, refuse);
}

/** @param trials those of the plan. */
export function requireRecord(operation: string, argument: string, objective: string | undefined, trials: readonly Trial[], rungs: number, found: unknown): TrialRecord {
  const { refuse, fields } = reader(operation, argument, found, RECORD);
  const { rung } = fields;
  const trial = trials.find(({ index }) => index === fields.index) ?? refuse('index', `below ${trials.length}`, fields.index);
  if (typeof rung !== 'number' || !Number.isInteger(rung) || rung < 0 || rung >= rungs) refuse('rung', `a whole number from 0 to ${rungs - 1}`, rung);
  if (fields.seed !== trial.seed) refuse('seed', `that of trial ${trial.index}, ${trial.seed}`, fields.seed);
  if (!isJson(fields.parameters) || canonical(fields.parameters) !== canonical(trial.parameters)) {
    refuse('parameters', `those of trial ${trial.index}, ${shorten(trial.parameters)}`, fields.parameters);
  }
  return { ...trial, rung: Number(rung), ...outcomeOf(fields, objective, refuse) };
}

function reader(operation: string, argument: string, found: unknown, names: readonly string[]): { refuse: Refuse; fields: Fields } {
  const refuse: Refuse = (field, expected, actual) => {
    throw new DataError({ operation, argument: `${argument}: ${field}`, expected, actual: shorten(actual) });
  };
  if (!isRecord(found)) return refuse('all of it', 'an object', found);
  const unknown = Object.keys(found).find((key) => !names.includes(key));
  if (unknown !== undefined) refuse(unknown, 'absent', found[unknown]);
  return { refuse, fields: found };
}

function outcomeOf(fields: Fields, objective: string | undefined, refuse: Refuse): TrialOutcome {
  const { status: given, value, result, reason, reports, seconds } = fields;
  const status = STATUSES.find((each) => each === given) ?? refuse('status', STATUSES.join(', '), given);
  const valued = status === 'pruned' || (status === 'done' && objective !== undefined);
  if (valued ? !isFinite(value) : value !== undefined) refuse('value', valued ? 'a finite number' : 'absent', value);
  if (status === 'done' ? !isJson(result) : result !== undefined && !isJson(result)) refuse('result', 'plain JSON', result);
  if (status === 'done' && objective !== undefined && !(isRecord(result) && result[objective] === value)) {
    refuse(`result.${objective}`, `the value, ${shorten(value)}`, isRecord(result) ? result[objective] : result);
  }
  if (status === 'done' ? reason !== undefined : typeof reason !== 'string') refuse('reason', status === 'done' ? 'absent' : 'a text', reason);
  if (!Array.isArray(reports)) return refuse('reports', 'a list', reports);
  const pair = (entry: unknown): Report => {
    const [step, reported] = pairOf(entry);
    return isFinite(step) && isFinite(reported) ? [step, reported] : refuse('reports', 'pairs of finite numbers', entry);
  };
  if (!isFinite(seconds) || seconds < 0) return refuse('seconds', 'a number of at least 0', seconds);
  return {
    status,
    ...(isFinite(value) && { value }),
    ...(isJson(result) && { result }),
    ...(typeof reason === 'string' && { reason }),
    reports: reports.map(pair),
    seconds,
  };
}

function isFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
