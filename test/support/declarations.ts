/** What the entries of the package export, read from the declarations themselves: so that a test of "every function" cannot forget one. */
import ts from 'typescript';
import * as assert from 'uvu/assert';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const entries = ['index', 'forecast/index', 'explain/index', 'charts/index', 'gpu', 'node/index'].map((name) => join(root, 'src', `${name}.ts`));

const names = (flags: ts.SymbolFlags, flag: ts.SymbolFlags): boolean => (flags & flag) !== 0;

/** `gradCam`, `Model.fit`, `threads().submit`: whatever may return a promise, in any public entry, and takes arguments. */
export function asyncFunctions(): string[] {
  const config = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config, ts.sys, root);
  const program = ts.createProgram(entries, { ...config.options, noEmit: true });
  const checker = program.getTypeChecker();
  const found = new Set<string>();

  const parts = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type]);
  const isAsync = (type: ts.Type): boolean => parts(type).some((each) => /^(Promise|PromiseLike|AsyncGenerator|AsyncIterable)$/.test(each.getSymbol()?.name ?? ''));
  const takesAndWaits = (signature: ts.Signature): boolean => signature.parameters.length > 0 && isAsync(signature.getReturnType());
  /** Methods of a type that this project declares, or its function itself. */
  const lookInto = (name: string, type: ts.Type): void => {
    if (type.getCallSignatures().some(takesAndWaits)) found.add(name);
    for (const method of type.getProperties()) {
      const declaration = method.valueDeclaration;
      if (!declaration?.getSourceFile().fileName.startsWith(join(root, 'src'))) continue;
      const hidden = ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
      const internal = ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'internal');
      if (hidden || internal) continue;
      const own = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(method, declaration));
      if (own.getCallSignatures().some(takesAndWaits)) found.add(`${name}.${method.name}`);
    }
  };
  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    assert.ok(module, entry);
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = names(exported.flags, ts.SymbolFlags.Alias) ? checker.getAliasedSymbol(exported) : exported;
      const { valueDeclaration } = symbol;
      if (!valueDeclaration) continue;
      if (ts.isClassDeclaration(valueDeclaration)) {
        lookInto(exported.name, checker.getDeclaredTypeOfSymbol(symbol));
        continue;
      }
      const type = checker.getTypeOfSymbolAtLocation(symbol, valueDeclaration);
      lookInto(exported.name, type);
      for (const signature of type.getCallSignatures()) {
        const returned = signature.getReturnType();
        for (const part of parts(checker.getAwaitedType(returned) ?? returned)) lookInto(`${exported.name}()`, part);
      }
    }
  }
  return [...found].sort();
}
