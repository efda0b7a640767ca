// A long-lived process that runs CloudFront Functions as they are: node --experimental-vm-modules edge_functions.mjs FILE...
//
// One JSON object a line. In: {"entries": {key: value}} replaces what the KeyValueStore holds;
// {"id", "file", "event"} runs a function. Out: {"id", "result"} or {"id", "error"}.
// A function sees the language and four modules, cut down to what the edge has of them: no files, network or timers.
import { Buffer } from 'node:buffer';
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import querystring from 'node:querystring';
import { createInterface } from 'node:readline';
import vm from 'node:vm';

const entries = new Map();

const store = {
  async get(key, options = {}) {
    if (!entries.has(key)) {
      throw new Error(`the KeyValueStore has no key ${key}`);
    }
    return options.format === 'json' ? JSON.parse(entries.get(key)) : entries.get(key);
  },
  async exists(key) {
    return entries.has(key);
  },
  async count() {
    return entries.size;
  },
};

const { createHash, createHmac } = crypto;
const { parse, stringify, escape, unescape, decode, encode } = querystring;
const MODULES = {
  crypto: { createHash, createHmac },
  querystring: { parse, stringify, escape, unescape, decode, encode },
  buffer: { Buffer },
  cloudfront: { kvs: () => store },
};

function module(name) {
  if (!Object.hasOwn(MODULES, name)) {
    throw new Error(`CloudFront Functions have no module '${name}'`);
  }
  return MODULES[name];
}

async function load(file) {
  const log = (...words) => process.stderr.write(`${basename(file)}: ${words.join(' ')}\n`);
  const context = vm.createContext({ require: module, console: { log } }, { codeGeneration: { strings: false, wasm: false } });
  // The edge calls the function named `handler`; a module keeps its names to itself unless it exports them.
  const code = `${readFileSync(file, 'utf8')}\nexport { handler };`;
  const main = new vm.SourceTextModule(code, { context, identifier: file });
  await main.link((name) => {
    const exported = { ...module(name), default: module(name) };
    return new vm.SyntheticModule(
      Object.keys(exported),
      function fill() {
        for (const [key, value] of Object.entries(exported)) {
          this.setExport(key, value);
        }
      },
      { context },
    );
  });
  await main.evaluate();
  return main.namespace.handler;
}

const handlers = new Map();
for (const file of process.argv.slice(2)) {
  handlers.set(basename(file), await load(file));
}

function answer(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const asked = JSON.parse(line);
  if (asked.entries) {
    entries.clear();
    for (const [key, value] of Object.entries(asked.entries)) {
      entries.set(key, value);
    }
    return;
  }
  try {
    answer({ id: asked.id, result: await handlers.get(asked.file)(asked.event) });
  } catch (error) {
    answer({ id: asked.id, error: String(error.stack ?? error) });
  }
});
