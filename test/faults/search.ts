/** Faults in searches: what counts, who is asked, what is trusted, what is left behind. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

const choice: readonly Fault[] = [
  ...faultsIn('forecast/search/search', ['forecast/search/options'],
    ['the best of equals is the last', '(trial.value ?? Infinity) < (least?.value ?? Infinity)', '(trial.value ?? Infinity) <= (least?.value ?? Infinity)'],
    ['what the caller changes after the call is searched', 'const prune = structuredClone(given);', 'const prune = given;'],
  ),
  ...faultsIn('forecast/search/progress', ['forecast/search/options'],
    ['progress names the last of equals', '(record.value ?? Infinity) < (this.best?.value ?? Infinity)', '(record.value ?? Infinity) <= (this.best?.value ?? Infinity)'],
  ),
  ...faultsIn('forecast/search/pruning', ['forecast/search/options'],
    ['the median rule counts pruned trials', "if (status !== 'done')\n            continue;", ''],
    ['a rung promotes the last of equals', '|| a.index - b.index)\n        .slice', '|| b.index - a.index)\n        .slice'],
    ['a rule takes options of another', 'checkOptions(`${operation}: prune`, prune, RULES.median);', ''],
  ),
  ...faultsIn('forecast/search/space', ['forecast/search/options'],
    ['bounds of two kinds at once', 'others.length === 0 ? Object.entries', 'true ? Object.entries'],
    ['a list may hold NaN', 'return isJson(domain) ? undefined', 'return true ? undefined'],
  ),
];

const trust: readonly Fault[] = [
  ...faultsIn('forecast/search/outcome', ['forecast/search/outcomes'],
    ['an outcome may hold other fields', 'if (unknown !== undefined)', 'if (false)'],
    ['a record of another seed is taken', 'fields.seed !== trial.seed', 'false'],
    ['a record of other parameters is taken', 'canonical(fields.parameters) !== canonical(trial.parameters)', 'false'],
    ['the value need not be that of the result', 'result[objective] === value', 'true'],
  ),
  ...faultsIn('forecast/search/foldJson', ['forecast/search/backtest'],
    ['any text is a number', "typeof value === 'string' && Object.hasOwn(ODD, value) ? ODD[value]", "typeof value === 'string' ? Number(value)"],
    ['the result of another fold is taken', '!isJson(fold) || canonical(fold) !== canonical(plain(due))', 'false'],
  ),
  ...faultsIn('forecast/search/trial', ['forecast/search/limits', 'forecast/search/options'],
    ['a trial that does not heed its signal is waited for', 'timers.push(setTimeout(leave, GRACE, reason));', ''],
    ['a trial that never waits has no limit', 'if (seconds() > timeout)', 'if (false)'],
    ['a trial changes the parameters that are recorded', 'structuredClone(parameters)', 'parameters'],
  ),
];

const files: readonly Fault[] = [
  ...faultsIn('writers', ['node/fileLock', 'files'],
    ['a number in use again is the process that died', "now === undefined || start === '0' || now === start", 'true'],
    ['another machine is judged by its numbers', 'living: on !== host() ||', 'living:'],
  ),
  ...faultsIn('node/fileLock', ['node/fileLock'],
    ['a living lock is taken over', 'if (!found.living)', 'if (found.path !== claim)'],
    ['nobody looks for others', 'if (!other)', 'if (true)'],
  ),
  ...faultsIn('files', ['files'],
    ['what killed writers leave stays', 'if (!left.living)', 'if (false)'],
    ['what others write is removed', 'if (!left.living)', 'if (true)'],
  ),
  ...faultsIn('node/trials', ['node/trials'],
    ['lines follow a torn one', 'if (failure)\n                throw failure;', ''],
    ['every run has the same name', 'run: randomUUID()', "run: 'run'"],
    ['other code is taken for the same', 'code !== found.code', 'false'],
  ),
];

const places: readonly Fault[] = [
  ...faultsIn('node/trialCode', ['node/trialCode'],
    ['a sibling folder passes the root check', 'if (placeBelow(root, path) !== undefined)', 'if (path.startsWith(resolve(root)))'],
    ['imports do not count', 'if (SCRIPT.test(path))', 'if (false)'],
  ),
  ...faultsIn('node/redisAddress', ['node/redisAddress'],
    ['the decoded password is shown', '[password, decode(password),', '[password,'],
    ['causes keep their secrets', '{ cause: concealed(error.cause, secrets, depth + 1) }', '{ cause: error.cause }'],
  ),
  ...faultsIn('node/redisJobs', ['node/redisAbort'],
    ['an aborted search leaves its jobs', 'await within(FAREWELL, this.cancel(id)).catch(() => undefined);', ''],
  ),
  ...faultsIn('node/redis', ['node/redisFaults'],
    ['the job has no code and no module in its name', 'const id = `${task.id}-${identity}`;', 'const id = task.id;'],
  ),
  ...faultsIn('node/trialThread', ['node/pool'],
    ['an aborted thread goes on', 'await this.end();\n            throw error;', 'throw error;'],
  ),
];

export const searchFaults: readonly Fault[] = [...choice, ...trust, ...files, ...places];
