/** What is known of something that happened, for the words of a language to be made of. Pure. */
import type { Activity, ConferenceView } from '../api/types.ts';
import type { Strings, Told } from '../strings/en.ts';

export function toldOf(one: Activity, conferences: readonly ConferenceView[], t: Strings): Told {
  const people = conferences.find((conference) => conference.id === one.conference_id)?.participants ?? [];
  const who = people.find((person) => person.id === one.participant_id);
  return {
    type: one.type, text: one.text, who: who?.name || who?.number || '', by: one.actor?.name ?? '',
    why: one.reason ? t.reason(one.reason) : '', number: one.number ?? '',
  };
}
