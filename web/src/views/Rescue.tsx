/** A conference that was lost with FreeSWITCH: everybody rung again by one key, and the way to where it went on. */
import type { ConferenceView } from '../api/types.ts';
import { house, isAsked, rescue, show, user } from '../desk.ts';
import type { KeyAction } from '../keys/keymap.ts';
import { mayAct } from '../live/select.ts';
import { t } from '../strings/index.ts';
import { Action } from './parts.tsx';

export function Rescue({ conference }: { conference: ConferenceView }) {
  const { id, rescued_by, rescuable } = conference;
  if (rescued_by) return <Rescued by={rescued_by} action="rescue" />;
  if (!rescuable || !user.value || !mayAct(conference, user.value)) return null;
  return (
    <div class="controls">
      <Action
        label={t.conference.rescue} icon="redial" kind="primary" action="rescue"
        pending={isAsked({ on: 'conference', id, verb: 'rescue' })} onPress={() => rescue(conference)}
      />
    </div>
  );
}

/** `action`: its key, where it is the one in the middle. */
export function Rescued({ by, action }: { by: string; action?: KeyAction }) {
  const again = house.value.conferences.find((one) => one.id === by);
  return (
    <div class="controls">
      <span>{t.conference.rescued}</span>
      {again && <Action label={t.conference.rescuedBy} icon="people" onPress={() => show(again)} {...(action && { action })} />}
    </div>
  );
}
