/** How people can dial into a conference: the number and the PIN, to be read out; and who guesses. */
import type { ConferenceView } from '../api/types.ts';
import { digitByDigit, inGroups } from '../live/digits.ts';
import { t } from '../strings/index.ts';
import { State } from './parts.tsx';

export function DialIn({ conference: { dial_in } }: { conference: ConferenceView }) {
  if (!dial_in) return null;
  const { access_number, pin, wrong_pins } = dial_in;
  const words = t.conference.dialIn;
  return (
    <p class="facts dial-in">
      {words.at} <Digits text={access_number} />
      {' \u00b7 '}
      {pin ? <>{words.pin} <Digits text={pin} name="pin" /></> : words.noPin}
      {wrong_pins && wrong_pins.count > 0 && (
        <>{' '}<State tone="warn" icon="warn">{words.wrong(wrong_pins.count, wrong_pins.last_number)}</State></>
      )}
    </p>
  );
}

/** The eye sees them in groups, the ear hears one after the other. */
function Digits({ text, name }: { text: string; name?: string }) {
  return (
    <strong class="digits" data-digits={name}>
      <span aria-hidden="true">{inGroups(text)}</span>
      <span class="sr">{digitByDigit(text)}</span>
    </strong>
  );
}
