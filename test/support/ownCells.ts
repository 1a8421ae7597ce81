/** Three cells of one's own, each in the few lines that the time loop asks for. */
import type { Kernels, NormForward, Tensor } from '../../src/backend.js';
import type { Cell } from '../../src/cells/cell.js';
import type { JsonObject, ParameterSpec } from '../../src/layers/layer.js';
import type { Shape } from '../../src/tensor.js';

const sigmoid = (k: Kernels, x: Tensor): Tensor => k.activate('sigmoid', x, 0);
const tanh = (k: Kernels, x: Tensor): Tensor => k.activate('tanh', x, 0);
/** dy ⊙ φ′, from y = φ(x). */
const back = (k: Kernels, kind: 'sigmoid' | 'tanh', y: Tensor, dy: Tensor): Tensor => k.activateBackward(kind, y, y, dy, 0);

type MguParams = { kernel: Tensor; gate: Tensor; candidate: Tensor; bias: Tensor };
interface MguCache { readonly x: Tensor; readonly h: Tensor; readonly f: Tensor; readonly fh: Tensor; readonly n: Tensor }

/** Minimal gated unit (Zhou et al. 2016): one gate that both forgets and resets. h′ = (1−f)⊙h + f⊙tanh(x·W_n + (f⊙h)·U_n + b_n). */
export class MinimalGatedUnit implements Cell<MguParams, { h: Tensor }, MguCache> {
  readonly className = 'MinimalGatedUnit';
  readonly stateShapes: { readonly h: Shape };

  constructor(readonly units: number) {
    this.stateShapes = { h: [units] };
  }

  config(): JsonObject {
    return { units: this.units };
  }

  parameters([d = 0]: Shape): { [K in keyof MguParams]: ParameterSpec } {
    const square: ParameterSpec = { shape: [this.units, this.units], initializer: 'orthogonal' };
    return {
      kernel: { shape: [d, 2 * this.units], initializer: 'glorotUniform' }, gate: square, candidate: square,
      bias: { shape: [2 * this.units], initializer: 'zeros' },
    };
  }

  forward(k: Kernels, p: MguParams, x: Tensor, { h }: { h: Tensor }): { states: { h: Tensor }; cache: MguCache } {
    const [af = x, an = x] = k.split(k.addRow(k.matmul('nn', x, p.kernel), p.bias), [this.units, this.units]);
    const f = sigmoid(k, k.matmulTo('nn', af, h, p.gate));
    const fh = k.mul(f, h);
    const n = tanh(k, k.matmulTo('nn', an, fh, p.candidate));
    return { states: { h: k.add(h, k.mul(f, k.sub(n, h))) }, cache: { x, h, f, fh, n } };
  }

  backward(k: Kernels, p: MguParams, { x, h, f, fh, n }: MguCache, { h: dh }: { h: Tensor }, grads: MguParams): { dx: Tensor; dStates: { h: Tensor } } {
    const dan = back(k, 'tanh', n, k.mul(dh, f));
    const dfh = k.matmul('nt', dan, p.candidate);
    const daf = back(k, 'sigmoid', f, k.add(k.mul(dh, k.sub(n, h)), k.mul(dfh, h)));
    const da = k.concat([daf, dan]);
    grads.kernel = k.matmulTo('tn', grads.kernel, x, da);
    grads.bias = k.sumRowsTo(grads.bias, da);
    grads.gate = k.matmulTo('tn', grads.gate, h, daf);
    grads.candidate = k.matmulTo('tn', grads.candidate, fh, dan);
    const direct = k.add(k.sub(dh, k.mul(dh, f)), k.mul(dfh, f));
    return { dx: k.matmul('nt', da, p.kernel), dStates: { h: k.matmulTo('nt', direct, daf, p.gate) } };
  }
}

type LstmStates = { h: Tensor; c: Tensor };
type CoupledParams = { kernel: Tensor; recurrentKernel: Tensor; bias: Tensor };
interface CoupledCache { readonly x: Tensor; readonly h: Tensor; readonly c: Tensor; readonly f: Tensor; readonly g: Tensor; readonly o: Tensor; readonly tanhC: Tensor }

/** LSTM with coupled gates (Greff et al. 2016): what is forgotten makes room for what is written, i = 1 − f. */
export class CoupledLSTM implements Cell<CoupledParams, LstmStates, CoupledCache> {
  readonly className = 'CoupledLSTM';
  readonly stateShapes: { readonly h: Shape; readonly c: Shape };

  constructor(readonly units: number) {
    this.stateShapes = { h: [units], c: [units] };
  }

  config(): JsonObject {
    return { units: this.units };
  }

  parameters([d = 0]: Shape): { [K in keyof CoupledParams]: ParameterSpec } {
    return {
      kernel: { shape: [d, 3 * this.units], initializer: 'glorotUniform' },
      recurrentKernel: { shape: [this.units, 3 * this.units], initializer: 'orthogonal' },
      bias: { shape: [3 * this.units], initializer: 'zeros' },
    };
  }

  forward(k: Kernels, p: CoupledParams, x: Tensor, { h, c }: LstmStates): { states: LstmStates; cache: CoupledCache } {
    const z = k.addRow(k.matmulTo('nn', k.matmul('nn', x, p.kernel), h, p.recurrentKernel), p.bias);
    const [zf = z, zg = z, zo = z] = k.split(z, [this.units, this.units, this.units]);
    const f = sigmoid(k, zf);
    const g = tanh(k, zg);
    const o = sigmoid(k, zo);
    const next = k.add(g, k.mul(f, k.sub(c, g)));
    const tanhC = tanh(k, next);
    return { states: { h: k.mul(o, tanhC), c: next }, cache: { x, h, c, f, g, o, tanhC } };
  }

  backward(
    k: Kernels, p: CoupledParams, { x, h, c, f, g, o, tanhC }: CoupledCache, { h: dh, c: dcAfter }: LstmStates, grads: CoupledParams,
  ): { dx: Tensor; dStates: LstmStates } {
    const dzo = back(k, 'sigmoid', o, k.mul(dh, tanhC));
    const dc = k.add(dcAfter, back(k, 'tanh', tanhC, k.mul(dh, o)));
    const dzf = back(k, 'sigmoid', f, k.mul(dc, k.sub(c, g)));
    const kept = k.mul(dc, f);
    const dzg = back(k, 'tanh', g, k.sub(dc, kept));
    const dz = k.concat([dzf, dzg, dzo]);
    grads.kernel = k.matmulTo('tn', grads.kernel, x, dz);
    grads.recurrentKernel = k.matmulTo('tn', grads.recurrentKernel, h, dz);
    grads.bias = k.sumRowsTo(grads.bias, dz);
    return { dx: k.matmul('nt', dz, p.kernel), dStates: { h: k.matmul('nt', dz, p.recurrentKernel), c: kept } };
  }
}

type Norm = 'x' | 'h' | 'c';
type NormedParams = { kernel: Tensor; recurrentKernel: Tensor } & { [K in `${Norm}Gain` | `${Norm}Shift`]: Tensor };
interface NormedCache {
  readonly x: Tensor; readonly h: Tensor; readonly c: Tensor; readonly xW: Tensor; readonly hU: Tensor; readonly next: Tensor;
  readonly normX: NormForward; readonly normH: NormForward; readonly normC: NormForward;
  readonly i: Tensor; readonly f: Tensor; readonly g: Tensor; readonly o: Tensor; readonly tanhC: Tensor;
}

const epsilon = 1e-3;

/** Layer-normalised LSTM (Ba, Kiros & Hinton 2016, appendix): x·W, h·U and what the memory shows are normalised, each with gain and shift. */
export class NormedLSTM implements Cell<NormedParams, LstmStates, NormedCache> {
  readonly className = 'NormedLSTM';
  readonly families = ['norms'] as const;
  readonly stateShapes: { readonly h: Shape; readonly c: Shape };

  constructor(readonly units: number) {
    this.stateShapes = { h: [units], c: [units] };
  }

  config(): JsonObject {
    return { units: this.units };
  }

  parameters([d = 0]: Shape): { [K in keyof NormedParams]: ParameterSpec } {
    const [h, wide] = [this.units, 4 * this.units];
    const [gain, shift] = [(n: number): ParameterSpec => ({ shape: [n], initializer: 'ones' }), (n: number): ParameterSpec => ({ shape: [n], initializer: 'zeros' })];
    return {
      kernel: { shape: [d, wide], initializer: 'glorotUniform' }, recurrentKernel: { shape: [h, wide], initializer: 'orthogonal' },
      xGain: gain(wide), xShift: shift(wide), hGain: gain(wide), hShift: shift(wide), cGain: gain(h), cShift: shift(h),
    };
  }

  forward(k: Kernels, p: NormedParams, x: Tensor, { h, c }: LstmStates): { states: LstmStates; cache: NormedCache } {
    const xW = k.matmul('nn', x, p.kernel);
    const hU = k.matmul('nn', h, p.recurrentKernel);
    const normX = k.layerNorm(xW, p.xGain, p.xShift, epsilon);
    const normH = k.layerNorm(hU, p.hGain, p.hShift, epsilon);
    const z = k.add(normX.y, normH.y);
    const [zi = z, zf = z, zg = z, zo = z] = k.split(z, [this.units, this.units, this.units, this.units]);
    const [i, f, g, o] = [sigmoid(k, zi), sigmoid(k, zf), tanh(k, zg), sigmoid(k, zo)];
    const next = k.add(k.mul(f, c), k.mul(i, g));
    const normC = k.layerNorm(next, p.cGain, p.cShift, epsilon);
    const tanhC = tanh(k, normC.y);
    return { states: { h: k.mul(o, tanhC), c: next }, cache: { x, h, c, xW, hU, next, normX, normH, normC, i, f, g, o, tanhC } };
  }

  backward(k: Kernels, p: NormedParams, s: NormedCache, { h: dh, c: dcAfter }: LstmStates, grads: NormedParams): { dx: Tensor; dStates: LstmStates } {
    const dzo = back(k, 'sigmoid', s.o, k.mul(dh, s.tanhC));
    const throughC = k.layerNormBackward(s.next, s.normC, p.cGain, back(k, 'tanh', s.tanhC, k.mul(dh, s.o)), grads.cGain, grads.cShift);
    const dc = k.add(dcAfter, throughC.dx);
    const dzi = back(k, 'sigmoid', s.i, k.mul(dc, s.g));
    const dzf = back(k, 'sigmoid', s.f, k.mul(dc, s.c));
    const dzg = back(k, 'tanh', s.g, k.mul(dc, s.i));
    const dz = k.concat([dzi, dzf, dzg, dzo]);
    const throughX = k.layerNormBackward(s.xW, s.normX, p.xGain, dz, grads.xGain, grads.xShift);
    const throughH = k.layerNormBackward(s.hU, s.normH, p.hGain, dz, grads.hGain, grads.hShift);
    grads.kernel = k.matmulTo('tn', grads.kernel, s.x, throughX.dx);
    grads.recurrentKernel = k.matmulTo('tn', grads.recurrentKernel, s.h, throughH.dx);
    Object.assign(grads, {
      cGain: throughC.dGamma, cShift: throughC.dBeta, xGain: throughX.dGamma, xShift: throughX.dBeta, hGain: throughH.dGamma, hShift: throughH.dBeta,
    });
    return { dx: k.matmul('nt', throughX.dx, p.kernel), dStates: { h: k.matmul('nt', throughH.dx, p.recurrentKernel), c: k.mul(dc, s.f) } };
  }
}
