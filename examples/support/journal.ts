/** Journals of a study: one file for each set of trials, so that other settings begin anew and the same ones go on. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TrialJournal } from 'bptt/forecast';
import { trialFile } from 'bptt/node';
import { makeFolder } from '../../src/cli/output.js';

/** How many trials a run found finished, and how long those had taken. */
export interface Resumed {
  trials: number;
  seconds: number;
}

/**
 * `FOLDER/NAME-xxxxxxxx.jsonl`, the letters being a hash of the plan of the trials and of `identity`.
 *
 * @param identity all else that may change a trial: options, version of the library, content of the data.
 * @param resumed counts what is found finished.
 */
export function studyJournal(folder: string, name: string, identity: object, resumed: Resumed): TrialJournal {
  let file: TrialJournal | undefined;
  return {
    async open(plan, code) {
      const hash = createHash('sha256').update(JSON.stringify([identity, plan])).digest('hex').slice(0, 8);
      await makeFolder(folder);
      file = trialFile(join(folder, `${name}-${hash}.jsonl`));
      const history = await file.open(plan, code);
      const { records } = history;
      resumed.trials += records.length;
      resumed.seconds += records.reduce((sum, { seconds }) => sum + seconds, 0);
      return history;
    },
    async append(record) {
      await file?.append(record);
    },
    async close() {
      await file?.close();
    },
  };
}
