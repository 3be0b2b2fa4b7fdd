// Turns what the live suite left in a folder into one page: node scripts/live-report.mjs FOLDER FILE
//   scenarios.jsonl  a line for each begin and end of a scenario (tests/service/report.rs)
//   output.txt       what cargo test printed
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder, target] = process.argv.slice(2);
const read = (name) => (existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), 'utf8') : '');

const WORDS = { passed: 'passed', failed: '**FAILED**', started: '**did not end**' };

/** The last word on each scenario, in the order they were played. */
function scenarios() {
  const found = new Map();
  for (const line of read('scenarios.jsonl').split('\n').filter(Boolean)) {
    const one = JSON.parse(line);
    found.set(one.name, one);
  }
  return [...found.values()];
}

/** Every other test: `Running tests/link.rs (…)`, then `test live::name ... ok`. */
function tests() {
  const found = [];
  let file = '';
  for (const line of read('output.txt').split('\n')) {
    const running = /^\s*Running (?:unittests )?(\S+)/.exec(line);
    if (running) file = running[1];
    const ended = /^test (\S+?)(?: - should panic)? \.\.\. (ok|FAILED)$/.exec(line);
    if (ended && file !== 'tests/service.rs') {
      const name = ended[1].split('::').pop().replaceAll('_', ' ');
      found.push({ file, name, outcome: ended[2] === 'ok' ? 'passed' : 'failed' });
    }
  }
  return found;
}

function git(...words) {
  try {
    return execFileSync('git', words, { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

const played = scenarios();
const others = tests();
const all = [...played, ...others];
const passed = all.filter((one) => one.outcome === 'passed').length;
const switches = [...new Set(played.map((one) => one.figures.FreeSWITCH).filter(Boolean))];
// The report itself is not part of what was tested.
const changed = git('status', '--porcelain', '--', '.', `:!${target}`) ? ', with changes not committed' : '';

const lines = [
  '# Live report',
  '',
  'Written by `make live`: every scenario of the whole service, and every other test that needs one, against a real',
  'FreeSWITCH, started for each test with the files of `freeswitch-conf/` and `dialplan/` on top of a small stock',
  'configuration, on loopback. Callers, stations and participants are SIP endpoints with a tone of their own each;',
  '“hears” means that the endpoint’s received audio holds the other’s tone.',
  '',
  `- **FreeSWITCH:** ${switches.join('; ') || 'none answered'}`,
  `- **Switchboard:** commit ${git('rev-parse', '--short=12', 'HEAD') || 'unknown'}${changed}`,
  `- **Outcome:** ${passed} of ${all.length} passed`,
  '',
  '## Scenarios of the whole service',
  '',
  'The same texts are played on the simulated FreeSWITCH by `make unit`.',
  '',
  '| scenario | outcome | seconds | measured |',
  '| --- | --- | --- | --- |',
];
for (const one of played) {
  const figures = Object.entries(one.figures).filter(([name]) => name !== 'FreeSWITCH');
  const measured = figures.map(([name, value]) => `${cell(name)} ${cell(value)}`).join('; ');
  lines.push(`| ${cell(one.title)} | ${WORDS[one.outcome]} | ${one.seconds.toFixed(1)} | ${measured} |`);
}
lines.push('', '## Parts of it', '', '| file | test | outcome |', '| --- | --- | --- |');
for (const one of others) lines.push(`| \`${one.file}\` | ${cell(one.name)} | ${WORDS[one.outcome]} |`);
writeFileSync(target, `${lines.join('\n')}\n`);

console.log(`${target}: ${passed} of ${all.length} passed`);
process.exit(passed === all.length && played.length > 0 ? 0 : 1);
