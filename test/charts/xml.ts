/** A strict reader of the XML that charts write, small enough to trust: elements, attributes, text, five entities. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  /** Text directly in the element. */
  text: string;
  /** Text of the element and all in it, in order. */
  content: string;
}

const TAG = /^<(\/?)([A-Za-z][\w:-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)(\/?)>/;
const STRAY = /&(?!(amp|lt|gt|quot|#39);)/;

/** Throws unless the text is exactly one well-formed element. */
export function parseXml(source: string): XmlNode {
  const root: XmlNode = { name: '', attributes: {}, children: [], text: '', content: '' };
  const open = [root];
  for (let at = 0; at < source.length; ) {
    const parent = open.at(-1) ?? root;
    if (source[at] === '<') {
      const [whole, closing, name = '', list = '', empty] = TAG.exec(source.slice(at, at + 200_000)) ?? fail(source, at);
      at += whole.length;
      if (closing) {
        if (open.pop()?.name !== name || open.length === 0) fail(source, at);
        continue;
      }
      const node: XmlNode = { name, attributes: readAttributes(list), children: [], text: '', content: '' };
      parent.children.push(node);
      if (!empty) open.push(node);
      continue;
    }
    const next = source.indexOf('<', at);
    const text = source.slice(at, next === -1 ? source.length : next);
    if (STRAY.test(text) || parent === root) fail(source, at);
    parent.text += decode(text);
    for (const node of open) node.content += decode(text);
    at += text.length;
  }
  const only = root.children[0];
  if (open.length !== 1 || root.children.length !== 1 || only === undefined) throw new Error('not exactly one closed element');
  return only;
}

/** All descendants that satisfy the condition, in document order. */
export function findAll(node: XmlNode, accept: (node: XmlNode) => boolean): XmlNode[] {
  return node.children.flatMap((child) => [...(accept(child) ? [child] : []), ...findAll(child, accept)]);
}

export function byClass(node: XmlNode, name: string): XmlNode[] {
  return findAll(node, (n) => (n.attributes.class ?? '').split(' ').includes(name));
}

/** Text of every `<text>` below the node. */
export function texts(node: XmlNode): string[] {
  return findAll(node, (n) => n.name === 'text').map((n) => n.text);
}

function readAttributes(list: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, key = '', value = ''] of list.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (key in attributes) throw new Error(`attribute ${key} twice`);
    if (STRAY.test(value)) throw new Error(`bare & in ${key}`);
    attributes[key] = decode(value);
  }
  return attributes;
}

function decode(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
}

function fail(source: string, at: number): never {
  throw new Error(`not well-formed near: ${source.slice(Math.max(0, at - 40), at + 60)}`);
}
