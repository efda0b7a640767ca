// Subresource integrity of everything a build makes. Scripts and styles that the page names carry their hash there. For
// those loaded later the page lists hashes, and Vite's loader of chunks puts them on the `modulepreload` link that it
// makes before it imports one: what is in the module map was checked.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HELPER = 'vite/preload-helper';
const BEFORE = 'document.head.appendChild(';
const SHELL = 'shell-of-this-build';
const TAG = /<(script|link)\b[^>]*\b(?:src|href)="\/(assets\/[^"]+)"[^>]*>/g;

function hashOf(content) {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}

/** `page`: the build's HTML file. */
export function integrity(page) {
  return {
    name: 'reelstack-integrity',
    apply: 'build',
    enforce: 'post',
    transform(code, id) {
      if (!id.includes(HELPER)) {
        return null;
      }
      if (!code.includes(BEFORE)) {
        this.error('Vite makes links in another way than before: chunks would be loaded without a check');
      }
      const known = "link.integrity = document.querySelector(`link[rel=x-chunk][href=\"${new URL(dep, location.href).pathname}\"]`)?.integrity ?? '';";
      return { code: code.replace(BEFORE, `${known}${BEFORE}`), map: null };
    },
    // What lies on the disk is what is served: other plugins may still change a chunk after this one saw it.
    writeBundle({ dir }, bundle) {
      if (!bundle[page]) {
        return;
      }
      const files = Object.keys(bundle).filter((file) => /^assets\/.*\.(js|css)$/.test(file));
      const hashes = new Map(files.map((file) => [file, hashOf(readFileSync(join(dir, file)))]));
      const file = join(dir, page);
      const html = withHashes(readFileSync(file, 'utf8'), hashes);
      writeFileSync(file, html);
      if (page === 'index.html') {
        nameShell(join(dir, 'sw.js'), html);
      }
    },
  };
}

// A browser installs a service worker again only when its file has changed. Without the name of the build in it, who is
// offline would get the app of their first visit for ever, and its files would never be dropped.
function nameShell(file, html) {
  const worker = readFileSync(file, 'utf8');
  if (!worker.includes(SHELL)) {
    throw new Error(`${file} does not name ${SHELL}`);
  }
  writeFileSync(file, worker.replaceAll(SHELL, `shell-${createHash('sha256').update(html).digest('hex').slice(0, 16)}`));
}

function withHashes(page, hashes) {
  const named = new Set();
  const html = page.replace(TAG, (tag, _kind, file) => {
    named.add(file);
    return tag.replace(/\s*>$/, ` integrity="${hashes.get(file)}">`);
  });
  const later = [...hashes].filter(([file]) => !named.has(file));
  const list = later.map(([file, hash]) => `<link rel="x-chunk" href="/${file}" integrity="${hash}">`);
  return html.replace('</head>', `${list.join('\n')}\n</head>`);
}
