/** A conference that was lost with FreeSWITCH: everybody rung again by one key, and the way to where it went on. */
import type { ConferenceView } from '../api/types.ts';
import { house, isAsked, rescue, show, user } from '../desk.ts';
import { mayAct } from '../live/select.ts';
import { t } from '../strings/index.ts';
import { Action } from './parts.tsx';

export function Rescue({ conference }: { conference: ConferenceView }) {
  const { id, rescued_by } = conference;
  if (rescued_by) {
    const again = house.value.conferences.find((one) => one.id === rescued_by);
    return (
      <div class="controls">
        <span class="quiet">{t.conference.rescued}</span>
        {again && <Action label={t.conference.rescuedBy} icon="people" action="rescue" onPress={() => show(again)} />}
      </div>
    );
  }
  if (!conference.rescuable || !user.value || !mayAct(conference, user.value)) return null;
  return (
    <div class="controls">
      <Action
        label={t.conference.rescue} icon="redial" kind="primary" action="rescue"
        pending={isAsked({ on: 'conference', id, verb: 'rescue' })} onPress={() => rescue(conference)}
      />
    </div>
  );
}
