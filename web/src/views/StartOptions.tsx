/** What a conference is started with besides its people: seldom wanted, so behind one word. */
import { canDialIn, house, startOptions } from '../desk.ts';
import { BEEPS, countChosen, minutes, MOST_MINUTES, type StartOptions as Options } from '../request/options.ts';
import { t } from '../strings/index.ts';

export function StartOptions({ hasCall }: { hasCall: boolean }) {
  const options = startOptions.value;
  const words = t.request.options;
  const set = (change: Partial<Options>): void => { startOptions.value = { ...options, ...change }; };
  const count = countChosen({ ...options, dialIn: options.dialIn && canDialIn.value });
  const named = house.value.nodes.some((node) => node.speaks);
  return (
    <details class="options">
      <summary>{words.heading}{count > 0 && <span class="quiet"> · {words.chosen(count)}</span>}</summary>
      <div class="options-body">
        <Minutes name="max" label={words.max} value={options.max} onInput={(max) => set({ max })} />
        <Minutes name="nobody" label={words.nobody} value={options.nobody} onInput={(nobody) => set({ nobody })} />
        <label class="options-field">
          {words.beep}
          <select value={options.beep} onChange={(event) => set({ beep: BEEPS.find((beep) => beep === event.currentTarget.value) ?? '' })}>
            <option value="">{words.asConfigured}</option>
            {BEEPS.filter((beep) => beep !== 'name' || beep === options.beep || named).map((beep) => <option key={beep} value={beep}>{words.beeps[beep]}</option>)}
          </select>
        </label>
        <Check label={words.waitForHost} on={options.waitForHost} onChange={(waitForHost) => set({ waitForHost })} />
        <Check label={words.attendantLeaves} on={options.attendantLeaves} onChange={(attendantLeaves) => set({ attendantLeaves })} />
        {hasCall && <Check label={words.callerLeaves} on={options.callerLeaves} onChange={(callerLeaves) => set({ callerLeaves })} />}
        {canDialIn.value && <Check label={words.dialIn} on={options.dialIn} onChange={(dialIn) => set({ dialIn })} />}
        <Check label={words.oneLeft} on={options.oneLeft} onChange={(oneLeft) => set({ oneLeft })} />
      </div>
    </details>
  );
}

function Minutes({ name, label, value, onInput }: { name: string; label: string; value: string; onInput: (typed: string) => void }) {
  const wrong = minutes(value) === 'wrong';
  const noteId = `option-${name}-wrong`;
  return (
    <label class="options-field">
      {label}
      <input
        type="text" inputMode="numeric" autocomplete="off" size={5} value={value} placeholder={t.request.options.asConfigured}
        aria-invalid={wrong ? 'true' : undefined} aria-describedby={noteId} onInput={(event) => onInput(event.currentTarget.value)}
      />
      <span class="bad-text" id={noteId}>{wrong && t.request.options.wrong(1, MOST_MINUTES)}</span>
    </label>
  );
}

function Check({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
