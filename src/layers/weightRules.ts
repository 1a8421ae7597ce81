/**
 * What a layer's options say of its weights besides how they start: penalties and constraints. One mechanism for every layer: the option
 * `kernelRegularizer` is about the weight `kernel`, `recurrentConstraint` about `recurrentKernel`; a layer lists the stems it has.
 */
import type { KernelFamily, Kernels, Tensor } from '../backend.js';
import { typeName } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { Shape } from '../tensor.js';

interface WeightRule {
  /** Name under which a saved model finds the class again. */
  readonly className: string;
  /** What it calls beside the core of the kernels. Default: nothing. */
  readonly families?: readonly KernelFamily[];
  /** The constructor options, as JSON. */
  config(): JsonObject;
}

/** A penalty on a weight: `l1`, `l2`, `l1l2`, or one of your own. */
export interface Regularizer extends WeightRule {
  /** [1], what it adds to the loss. */
  penalty(k: Kernels, w: Tensor): Tensor;
  /** target += its gradient. */
  gradientTo(k: Kernels, target: Tensor, w: Tensor): Tensor;
}

/** Where a weight has to lie: `maxNorm`, `unitNorm`, `nonNegative`, or one of your own. */
export interface Constraint extends WeightRule {
  /** The weight as it has to be, in memory of its own. */
  apply(k: Kernels, w: Tensor): Tensor;
  /** @throws for a shape that no weight under it can have. */
  check?(label: string, shape: Shape): void;
}

/** A weight as its layer describes it. */
interface RuledSpec {
  readonly shape: Shape;
  readonly regularizer?: Regularizer | undefined;
  readonly constraint?: Constraint | undefined;
}

/** Options for the weights with these stems: `RuleOptions<'kernel' | 'bias'>`. Default: none. */
export type RuleOptions<Stem extends string> =
  & { [K in `${Stem}Regularizer`]?: Regularizer | undefined }
  & { [K in `${Stem}Constraint`]?: Constraint | undefined };

/** The names of these options. */
export function ruleNames<Stem extends string>(...stems: readonly Stem[]): OptionNames<RuleOptions<Stem>> {
  return Object.fromEntries(stems.flatMap((stem) => [[`${stem}Regularizer`, true], [`${stem}Constraint`, true]])) as OptionNames<RuleOptions<Stem>>;
}

const optionForm = /^(\w+)(Regularizer|Constraint)$/;

/** Config entries of rules, with what `make` makes of each in its place. */
export function withRules(config: JsonObject, make: (rule: JsonValue) => WeightRule): JsonObject {
  const entry = ([key, value]: [string, JsonValue | undefined]): [string, unknown] => [key, value !== undefined && optionForm.test(key) ? make(value) : value];
  return Object.fromEntries(Object.entries(config).map(entry)) as JsonObject;
}

/** Rules by option. */
export type WeightRules = ReadonlyMap<string, Regularizer | Constraint>;

/** @param options of a layer, known by name. @throws ArgumentError for a rule that is none. */
export function rulesOf(label: string, options: object): WeightRules {
  const rules = new Map<string, Regularizer | Constraint>();
  for (const [option, value] of Object.entries(options) as [string, unknown][]) {
    const [, , kind] = optionForm.exec(option) ?? [];
    if (value === undefined || kind === undefined) continue;
    const [method, expected] = kind === 'Regularizer' ? ['penalty', 'a regulariser, such as l2(0.01)'] : ['apply', 'a constraint, such as maxNorm()'];
    if (typeof value !== 'object' || value === null || !(method in value)) {
      throw new ArgumentError({ operation: label, argument: option, expected, actual: typeof value === 'string' ? `'${value}'` : typeName(value) });
    }
    rules.set(option, value as Regularizer | Constraint);
  }
  return rules;
}

/** As a file holds them. */
export function rulesConfig(rules: WeightRules): JsonObject {
  return Object.fromEntries([...rules].map(([option, rule]) => [option, { className: rule.className, config: rule.config() }]));
}

/** `kernel` for kernel, `recurrent` for recurrentKernel and for cell_1/recurrentKernel; `bias` for every bias, as GRU has two. */
export function stemOf(name: string): string {
  const own = name.slice(name.lastIndexOf('/') + 1);
  return own.endsWith('Bias') ? 'bias' : own.replace(/Kernel$/, '');
}

/** Weights with their rules. @param stem what a weight's rules go by. @throws ArgumentError for a rule about no weight, and for a shape that a constraint cannot be about. */
export function ruled<S extends { readonly [name: string]: RuledSpec | undefined }>(label: string, rules: WeightRules, specs: S, stem: (name: string) => string): S {
  const idle = new Set(rules.keys());
  const with_ = Object.fromEntries(Object.entries(specs).map(([name, spec]) => {
    if (!spec) return [name, spec];
    const rule = (kind: string): Regularizer | Constraint | undefined => {
      const option = `${stem(name)}${kind}`;
      idle.delete(option);
      return rules.get(option);
    };
    const regularizer = (rule('Regularizer') as Regularizer | undefined) ?? spec.regularizer;
    const constraint = (rule('Constraint') as Constraint | undefined) ?? spec.constraint;
    constraint?.check?.(label, spec.shape);
    return [name, { ...spec, ...(regularizer ? { regularizer } : {}), ...(constraint ? { constraint } : {}) }];
  }));
  const [first] = idle;
  if (first === undefined) return with_ as S;
  throw new ArgumentError({ operation: label, argument: first, expected: Object.keys(specs).length > 0 ? `about one of its weights: ${Object.keys(specs).join(', ')}` : 'left out: it has no weights', actual: 'about none' });
}
