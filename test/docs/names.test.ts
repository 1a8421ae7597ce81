/**
 * The tables of docs/from-keras.md and docs/from-pytorch.md: what their second column names exists. `Name` is exported, `Name({ a, b })`
 * takes those options, `loss: 'mse'` and its like are accepted where they belong.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as bptt from 'bptt';
import { Activation, ArgumentError, Dense, LSTM, Sequential } from 'bptt';
import { root } from './pages.js';

const exported = new Map<string, unknown>(Object.entries(bptt));

interface Entry { readonly theirs: string; readonly ours: string; readonly heading: string }

function entriesOf(page: string): Entry[] {
  let heading = '';
  return readFileSync(join(root, 'docs', page), 'utf8').split('\n').flatMap((line) => {
    heading = /^## (.+)$/.exec(line)?.[1] ?? heading;
    const [, theirs, ours] = /^\| (.+?) \| (.+?) \| ?.*\|$/.exec(line) ?? [];
    return theirs === undefined || ours === undefined || ours === 'here' ? [] : [{ theirs, ours, heading }];
  });
}

/** Tries what an entry says with what it belongs to; whatever else is missing does not matter. */
const settings: Readonly<Record<string, (value: string) => void>> = {
  activation: (kind) => {
    void new Activation({ kind: kind as 'relu' });
    if (['linear', 'sigmoid', 'tanh', 'relu'].includes(kind) || kind.startsWith('hardSigmoid')) void new LSTM({ units: 1, activation: kind as 'relu' });
  },
  initializer: (name) => { void new Dense({ units: 1, kernelInitializer: name as 'zeros' }); },
  loss: (name) => { compiled(name, []); },
  metrics: (name) => { compiled(name === 'sparseCategoricalAccuracy' ? 'sparseCategoricalCrossentropy' : 'binaryCrossentropy', [name]); },
};

function compiled(loss: string, metrics: readonly string[]): void {
  const units = { sparseCategoricalCrossentropy: 3, categoricalCrossentropy: 3, gaussian: 2, studentT: 3 }[loss] ?? (metrics[0] === 'categoricalAccuracy' ? 2 : 1);
  new Sequential([new Dense({ units })], { inputShape: [2] }).compile({ loss: loss as 'mse', metrics: metrics as 'mse'[] });
}

/** Methods of models by name: whether they know these options. */
const methods: Readonly<Record<string, (options: object) => void>> = {
  fit: (options) => { new Sequential([new Dense({ units: 1 })], { inputShape: [1] }).checkFit('fit', options); },
};

/** Whether making it with these options fails for one of their names. */
function refused(name: string, options: readonly string[]): string | undefined {
  const make = exported.get(name);
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (typeof make !== 'function' && !method) return `${name} is not exported`;
  const given = Object.fromEntries(options.map((option) => [option, undefined]));
  try {
    if (method) method(given);
    else if (typeof make === 'function') Reflect.construct(make, [given]);
  } catch (error) {
    if (error instanceof ArgumentError && error.message.includes('option') && options.some((option) => error.message.includes(`'${option}'`))) return error.message;
  }
  return undefined;
}

for (const page of ['from-keras.md', 'from-pytorch.md']) {
  test(`${page}: the tables are read`, () => {
    assert.ok(entriesOf(page).length > 20);
  });
  for (const { theirs, ours, heading } of entriesOf(page)) {
    if (ours === '—') continue;
    test(`${page}, ${heading}: ${theirs}`, () => {
      const names = [...ours.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      assert.ok(names.length > 0, ours);
      for (const name of names) {
        const [, setting = '', value = ''] = /^(\w+): '(\w+)'$/.exec(name) ?? [];
        const [, maker = '', options = ''] = /^(\w+)\(\{ (.+) \}\)$/.exec(name) ?? [];
        const known = settings[setting];
        if (known) known(value);
        else if (maker) assert.is(refused(maker, options.split(', ')), undefined);
        else if (name.endsWith("Regularizer")) assert.is(refused('Dense', [name]), undefined);
        else assert.ok(exported.has(name), `${name} is not exported`);
      }
    });
  }
}

test.run();
