/** How somebody on the request line is to come in, beside their number. Pure. */
import type { Chip, Property } from '../request/draft.ts';
import type { Table } from './verb.ts';

const always = (_: Chip): boolean => true;

/**
 * In the order in which they are shown; where a participant has the same, the key is the same. To add one: a row
 * here, its name in `PROPERTIES`, its words in `t.verbs.chip`.
 */
export const CHIP_VERBS = {
  introduce: { kind: 'toggle', key: 'i', icon: 'apart', offered: always, on: 'introduce', off: 'introduce', is: (chip) => !!chip.introduce },
  listener: { kind: 'toggle', key: 'l', icon: 'ear', offered: always, on: 'listener', off: 'listener', is: (chip) => !!chip.listener },
  moderator: { kind: 'toggle', key: 'o', icon: 'star', offered: always, on: 'moderator', off: 'moderator', is: (chip) => !!chip.moderator },
  end_conference_on_exit: {
    kind: 'toggle', key: 'e', icon: 'leave', offered: always, on: 'end_conference_on_exit', off: 'end_conference_on_exit',
    is: (chip) => !!chip.end_conference_on_exit,
  },
} as const satisfies Table<Chip, Property>;
