// Bundles the page. Usage: node build.mjs [folder]; without one into dist/.
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, 'dist'));

/** Every file of `src/strings` that is called by the tag of a language is one; each is fetched only if it is spoken. */
const languages = {
  name: 'languages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^languages$/ }, () => ({ path: 'languages', namespace: 'languages' }));
    onLoad({ filter: /.*/, namespace: 'languages' }, async () => {
      const resolveDir = path.join(here, 'src/strings');
      const tags = (await readdir(resolveDir)).flatMap((file) => /^([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\.ts$/.exec(file)?.[1] ?? []);
      const lines = tags.filter((tag) => tag !== 'en').map((tag) => `'${tag}': () => import('./${tag}.ts'),`);
      return { contents: `export const LANGUAGES = {${lines.join('')}};`, loader: 'js', resolveDir };
    });
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: 'src/main.tsx', page: 'src/styles/page.css' },
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'esm',
  splitting: true,
  plugins: [languages],
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  outdir: out,
  write: false,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
});

await rm(out, { recursive: true, force: true });
await mkdir(path.join(out, 'assets'), { recursive: true });
const names = {};
for (const file of result.outputFiles) {
  await writeFile(file.path, file.contents);
  const name = path.relative(out, file.path).split(path.sep).join('/');
  names[path.basename(name).replace(/-[^-]*\./, '.')] = `/${name}`;
}

const icon = await readFile(path.join(here, 'public/icon.svg'));
const iconName = `assets/icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`;
await cp(path.join(here, 'public/icon.svg'), path.join(out, iconName));

const page = (await readFile(path.join(here, 'index.html'), 'utf8'))
  .replace('%SCRIPT%', names['app.js'])
  .replace('%STYLE%', names['page.css'])
  .replace('%ICON%', `/${iconName}`);
await writeFile(path.join(out, 'index.html'), page);
