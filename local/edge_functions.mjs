// A long-lived process that runs CloudFront Functions as they are: node --experimental-vm-modules edge_functions.mjs FILE...
//
// One JSON object a line. In: {"entries": {key: value}, "files": [name]} replaces what the KeyValueStore of these
// functions holds (null: it cannot be read); {"id", "file", "event"} runs a function. Out: {"id", "result", "origins", "reads"} or {"id", "error"};
// `origins` says which origins the function chose, {"ids": [...], "codes": [...]}, or null; `reads` how often it asked
// the store, as AWS counts and bills it: each get, exists and count.
// A function sees the language and four modules, cut down to what the edge has of them: no files, network or timers.
import { Buffer } from 'node:buffer';
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import querystring from 'node:querystring';
import { createInterface } from 'node:readline';
import vm from 'node:vm';

const stores = new Map();
const entriesOf = (file) => stores.get(file) ?? new Map();

function check(file) {
  if (stores.get(file) === null) {
    throw new Error('the KeyValueStore cannot be read');
  }
}

// Of the run that is under way: runs follow one another, since a store here answers at once.
let origins = null;
let reads = 0;

const storeOf = (file) => ({
  async get(key, options = {}) {
    reads += 1;
    check(file);
    const entries = entriesOf(file);
    if (!entries.has(key)) {
      throw new Error(`the KeyValueStore has no key ${key}`);
    }
    return options.format === 'json' ? JSON.parse(entries.get(key)) : entries.get(key);
  },
  async exists(key) {
    reads += 1;
    check(file);
    return entriesOf(file).has(key);
  },
  async count() {
    reads += 1;
    return entriesOf(file).size;
  },
});

function selectRequestOriginById(id) {
  if (typeof id !== 'string') {
    throw new Error('selectRequestOriginById takes the id of an origin');
  }
  origins = { ids: [id], codes: [] };
}

// The form of AWS's guide: {originIds: [{originId}, {originId}], failoverCriteria: {statusCodes: [...]}}.
function createRequestOriginGroup({ originIds, failoverCriteria }) {
  const ids = originIds.map((one) => one.originId);
  if (ids.length !== 2 || ids.some((id) => typeof id !== 'string') || !failoverCriteria.statusCodes.length) {
    throw new Error('an origin group has two origins, and the codes of which the second is asked');
  }
  origins = { ids, codes: [...failoverCriteria.statusCodes] };
}

const { createHash, createHmac } = crypto;
const { parse, stringify, escape, unescape, decode, encode } = querystring;
const MODULES = {
  crypto: { createHash, createHmac },
  querystring: { parse, stringify, escape, unescape, decode, encode },
  buffer: { Buffer },
};

function module(name, file) {
  if (name === 'cloudfront') {
    return { kvs: () => storeOf(basename(file)), selectRequestOriginById, createRequestOriginGroup };
  }
  if (!Object.hasOwn(MODULES, name)) {
    throw new Error(`CloudFront Functions have no module '${name}'`);
  }
  return MODULES[name];
}

async function load(file) {
  const log = (...words) => process.stderr.write(`${basename(file)}: ${words.join(' ')}\n`);
  const names = { require: (name) => module(name, file), console: { log } };
  const context = vm.createContext(names, { codeGeneration: { strings: false, wasm: false } });
  // The edge calls the function named `handler`; a module keeps its names to itself unless it exports them.
  const code = `${readFileSync(file, 'utf8')}\nexport { handler };`;
  const main = new vm.SourceTextModule(code, { context, identifier: file });
  await main.link((name) => {
    const exported = { ...module(name, file), default: module(name, file) };
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

async function run(asked) {
  origins = null;
  reads = 0;
  try {
    const result = await handlers.get(asked.file)(asked.event);
    answer({ id: asked.id, result, origins, reads });
  } catch (error) {
    answer({ id: asked.id, error: String(error.stack ?? error) });
  }
}

let last = Promise.resolve();

createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  if ('entries' in asked) {
    for (const file of asked.files) {
      stores.set(file, asked.entries === null ? null : new Map(Object.entries(asked.entries)));
    }
    return;
  }
  last = last.then(() => run(asked));
});
