/** What the entries of the package export, read from the declarations themselves: so that a test of "every function" cannot forget one. */
import ts from 'typescript';
import * as assert from 'uvu/assert';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const entries = ['index', 'forecast/index', 'explain/index', 'charts/index', 'convert/index', 'gpu', 'node/index'].map((name) => join(root, 'src', `${name}.ts`));

/** A function, class or constant of a public entry. */
interface Exported { readonly name: string; readonly symbol: ts.Symbol; readonly declaration: ts.Declaration }

export function publicExports(): { readonly checker: ts.TypeChecker; readonly exports: readonly Exported[] } {
  const config = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config, ts.sys, root);
  const program = ts.createProgram(entries, { ...config.options, noEmit: true });
  const checker = program.getTypeChecker();
  const exports = entries.flatMap((entry) => {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    assert.ok(module, entry);
    return checker.getExportsOfModule(module).flatMap((exported): Exported[] => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      return symbol.valueDeclaration ? [{ name: exported.name, symbol, declaration: symbol.valueDeclaration }] : [];
    });
  });
  return { checker, exports };
}

/** Whether users may call it: neither private, protected nor marked as internal. */
export function isPublic(member: ts.Declaration): boolean {
  const hidden = ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
  return !hidden && !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
}

/** `gradCam`, `Model.fit`, `threads().submit`: whatever takes arguments and may return a promise, in any public entry. */
export function asyncFunctions(): string[] {
  const { checker, exports } = publicExports();
  const found = new Set<string>();
  const parts = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type]);
  const waits = (type: ts.Type): boolean => parts(type).some((each) => /^(Promise|PromiseLike|AsyncGenerator|AsyncIterable)$/.test(each.getSymbol()?.name ?? ''));
  const look = (name: string, type: ts.Type): void => {
    if (type.getCallSignatures().some((signature) => signature.parameters.length > 0 && waits(signature.getReturnType()))) found.add(name);
  };
  /** The function itself, and its methods that this project declares. */
  const lookInto = (name: string, type: ts.Type): void => {
    look(name, type);
    for (const method of type.getProperties()) {
      const declaration = method.valueDeclaration;
      if (!declaration?.getSourceFile().fileName.startsWith(join(root, 'src')) || !isPublic(declaration)) continue;
      look(`${name}.${method.name}`, checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(method, declaration)));
    }
  };
  for (const { name, symbol, declaration } of exports) {
    if (ts.isClassDeclaration(declaration)) {
      lookInto(name, checker.getDeclaredTypeOfSymbol(symbol));
      continue;
    }
    const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
    lookInto(name, type);
    for (const signature of type.getCallSignatures()) {
      const returned = signature.getReturnType();
      for (const part of parts(checker.getAwaitedType(returned) ?? returned)) lookInto(`${name}()`, part);
    }
  }
  return [...found].sort();
}
