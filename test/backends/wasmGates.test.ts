import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { instantiate } from '../../src/backends/wasm/instance.js';
import { everyFamily } from './everyFamily.js';
import { compareTwins, sizes } from './wasmTwin.js';

const rounded = 2e-6;
const b = 3;

test('LSTM forward and backward, with and without peepholes and a gradient of the cell', () => {
  for (const h of sizes) {
    const e = b * h;
    for (const peephole of [false, true]) {
      const name = `${h}${peephole ? ' peephole' : ''}`;
      compareTwins(`lstmForward ${name}`, { gates: 4 * e, c: e, tanhC: e, h: e, cPrevious: e, peephole: 3 * h }, rounded, (k, at) => {
        k.lstmForward(at.gates, at.c, at.tanhC, at.h, at.cPrevious, peephole ? at.peephole : 0, b, h);
      });
      for (const dc of [false, true]) {
        const buffers = { dz: 4 * e, dcPrevious: e, gates: 4 * e, tanhC: e, c: e, cPrevious: e, dh: e, dc: e, peephole: 3 * h };
        compareTwins(`lstmBackward ${name} ${dc}`, buffers, 1e-5, (k, at) => {
          k.lstmBackward(
            at.dz, at.dcPrevious, at.gates, at.tanhC, at.c, at.cPrevious, at.dh, dc ? at.dc : 0, peephole ? at.peephole : 0, b, h,
          );
        });
      }
    }
    compareTwins(`lstmPeephole ${h}`, { target: 3 * h, dz: 4 * e, cPrevious: e, c: e }, rounded, (k, at) => {
      k.lstmPeephole(at.target, at.dz, at.cPrevious, at.c, b, h);
    });
  }
});

test('LSTM states in place: the new cell over the old one, the cell gradient over its own', () => {
  const h = 6;
  const e = b * h;
  compareTwins('lstmForward in place', { gates: 4 * e, c: e, tanhC: e, h: e }, rounded, (k, at) => {
    k.lstmForward(at.gates, at.c, at.tanhC, at.h, at.c, 0, b, h);
  });
  compareTwins('lstmBackward in place', { gates: 4 * e, tanhC: e, c: e, cPrevious: e, dh: e, dc: e }, 1e-5, (k, at) => {
    k.lstmBackward(at.gates, at.dc, at.gates, at.tanhC, at.c, at.cPrevious, at.dh, at.dc, 0, b, h);
  });
});

test('LSTM units past the last whole vector, whatever lies beside them', () => {
  for (const h of [5, 6, 7, 13]) {
    const e = 2 * h;
    compareTwins(`lstmForward ${h}`, { gates: 4 * e, c: e, tanhC: e, h: e, cPrevious: e }, rounded, (k, at) => {
      for (let step = 0; step < 3; step++) k.lstmForward(at.gates, at.c, at.tanhC, at.h, at.cPrevious, 0, 2, h); // its own results come in as z
    });
  }
});

test('a module whose kernels work in `scratch` says where that lies, as every thread has its own', () => {
  const folder = resolve('src/backends/wasm/assembly');
  const text = (name: string): string => readFileSync(join(folder, `${name}.ts`), 'utf8');
  const uses = (name: string): boolean => /^import \{[^}]*\bscratch\b/m.test(text(name));
  const entries = readdirSync(join(folder, 'modules')).map((file) => file.replace('.ts', ''));
  const users = entries.filter((name) => [...text(join('modules', name)).matchAll(/from '\.\.\/(\w+)'/g)].some(([, source = '']) => source === 'matmul' || uses(source)));
  assert.ok(users.includes('core') && users.includes('norms') && !users.includes('pointwise'));
  for (const name of users) assert.match(text(join('modules', name)), /scratch, scratchBytes|export \* from '\.\.\/matmul'/, name);
});

test('GRU with the reset after the product', () => {
  for (const h of sizes) {
    const e = b * h;
    compareTwins(`gruForward ${h}`, { gates: 3 * e, h: e, xz: 3 * e, hz: 3 * e, hPrevious: e }, rounded, (k, at) => {
      k.gruForward(at.gates, at.h, at.xz, at.hz, at.hPrevious, b, h);
    });
    const buffers = { dxz: 3 * e, dhz: 3 * e, dhPrevious: e, gates: 3 * e, hz: 3 * e, hPrevious: e, dh: e };
    compareTwins(`gruBackward ${h}`, buffers, 1e-5, (k, at) => {
      k.gruBackward(at.dxz, at.dhz, at.dhPrevious, at.gates, at.hz, at.hPrevious, at.dh, b, h);
    });
  }
});

test('GRU with the reset before the product', () => {
  for (const h of sizes) {
    const e = b * h;
    compareTwins(`gruReset ${h}`, { gates: 3 * e, rh: e, xz: 3 * e, hz: 2 * e, hRecurrent: e }, rounded, (k, at) => {
      k.gruReset(at.gates, at.rh, at.xz, at.hz, at.hRecurrent, b, h);
    });
    compareTwins(`gruBlend ${h}`, { gates: 3 * e, h: e, xz: 3 * e, rhU: e, hPrevious: e }, rounded, (k, at) => {
      k.gruBlend(at.gates, at.h, at.xz, at.rhU, at.hPrevious, b, h);
    });
    compareTwins(`gruBlendBackward ${h}`, { dxz: 3 * e, dhPrevious: e, gates: 3 * e, hPrevious: e, dh: e }, 1e-5, (k, at) => {
      k.gruBlendBackward(at.dxz, at.dhPrevious, at.gates, at.hPrevious, at.dh, b, h);
    });
    compareTwins(`gruResetBackward ${h}`, { dxz: 3 * e, dhRecurrent: e, gates: 3 * e, hRecurrent: e, drh: e }, 1e-5, (k, at) => {
      k.gruResetBackward(at.dxz, at.dhRecurrent, at.gates, at.hRecurrent, at.drh, b, h);
    });
  }
});

test('whole vectors that reach past the end of the last array stay inside the memory', () => {
  for (const h of [1, 2, 3, 5]) {
    const { kernels, storage } = instantiate(everyFamily.all);
    const full = 65536; // elements of four pages
    storage.grow(full);
    assert.ok(storage.capacity() >= full, 'all that was asked for');
    const end = storage.capacity() * 4;
    const last = (count: number): number => end - 4 * count;
    const [gates, out] = [storage.start * 4, storage.start * 4 + 400];
    kernels.lstmForward(gates, out, out, out, last(h), 0, 1, h);
    kernels.lstmBackward(gates, out, gates, out, out, out, out, last(h), last(3 * h), 1, h);
    kernels.gruForward(gates, out, last(3 * h), last(3 * h), last(h), 1, h);
    kernels.activate(out, last(h), h, 2, 0);
    kernels.add(out, last(h), last(h), h);
    assert.is(storage.read(end - 4, 1)[0], 0);
  }
});

test.run();
