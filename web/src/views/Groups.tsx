/** Standing groups: who is in each, rung by one key, made and changed by those who may. */
import { useEffect, useState } from 'preact/hooks';
import type { Group, NewParticipant } from '../api/types.ts';
import { groupDraft, groups, readGroups, starting, startGroup } from '../desk.ts';
import { propertiesOf } from '../request/draft.ts';
import { numbersText } from '../request/parse.ts';
import { changeGroup, groupBusy, groupSure, groupTrouble, makeGroup, mayChangeGroups, removeGroup } from '../standing.ts';
import { t } from '../strings/index.ts';
import { GroupEditor } from './GroupEditor.tsx';
import { Action, Icon, useKeptFocus } from './parts.tsx';

export function GroupsPanel() {
  useEffect(() => void readGroups(), []);
  const box = useKeptFocus<HTMLDivElement>();
  if (groupDraft.value) return <GroupEditor key={groupDraft.value.id ?? 'new'} />;
  return (
    <div class="groups" tabIndex={-1} ref={box}>
      {mayChangeGroups.value && (
        <p class="groups-bar">
          <button type="button" class="button plain" data-first onClick={() => makeGroup()}><Icon name="plus" />{t.groups.make}</button>
        </p>
      )}
      {groupTrouble.value && <p class="bad-text groups-trouble" role="alert">{groupTrouble.value.text}</p>}
      {groups.value.length === 0
        ? <p class="none">{t.groups.none}</p>
        : <ul class="history">{groups.value.map((group, index) => <Standing key={group.id} group={group} index={index} />)}</ul>}
    </div>
  );
}

function Standing({ group, index }: { group: Group; index: number }) {
  const [open, setOpen] = useState(false);
  const id = `group-${group.id}`;
  const sure = groupSure.value === group.id;
  return (
    <li class="past" data-group={group.name}>
      <button
        type="button" class="past-head" aria-expanded={open} aria-controls={id} {...(index === 0 && !mayChangeGroups.value && { 'data-first': true })}
        onClick={() => setOpen(!open)}
      >
        <Icon name="down" />
        <span class="past-title">{group.name}</span>
        <span class="quiet">{t.request.groupSize(group.participants.length)}</span>
      </button>
      <div id={id} class="past-body" hidden={!open}>
        <ul class="story">
          {group.participants.map((one, nth) => <li key={nth}><Member one={one} /></li>)}
        </ul>
        <div
          class="export"
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || !sure) return;
            event.preventDefault();
            groupSure.value = null;
          }}
        >
          <Action label={t.groups.ring} of={group.name} icon="ring" letter={index < 9 ? String(index + 1) : undefined} disabled={starting.value} onPress={() => startGroup(group)} />
          {mayChangeGroups.value && <Action label={t.groups.edit} of={group.name} icon="tag" onPress={() => changeGroup(group)} />}
          {mayChangeGroups.value && (
            <Action
              label={sure ? t.groups.removeSure : t.groups.remove} of={group.name} icon="cross" kind="danger" pending={groupBusy.value}
              onPress={() => void removeGroup(group)}
            />
          )}
        </div>
      </div>
    </li>
  );
}

function Member({ one }: { one: NewParticipant }) {
  const { name, numbers, strategy, label } = one;
  const said = propertiesOf(one).map((property) => t.request.properties[property]);
  return (
    <>
      {name && <strong>{name}</strong>} {numbersText({ numbers, ...(strategy === 'all_at_once' && { strategy }) })}
      {[label, ...said].filter(Boolean).map((word) => <span class="quiet" key={word}> · {word}</span>)}
    </>
  );
}
