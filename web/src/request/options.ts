/** What a conference is started with besides its people. Nothing chosen: as the server is configured. Pure. */
import type { NewConference } from '../api/types.ts';

export const BEEPS = ['true', 'on_enter', 'on_exit', 'name', 'false'] as const;
export type Beep = (typeof BEEPS)[number];
export const MOST_MINUTES = 1440;

export interface StartOptions {
  /** As typed; minutes. */
  max: string;
  nobody: string;
  beep: Beep | '';
  attendantLeaves: boolean;
  callerLeaves: boolean;
  oneLeft: boolean;
  waitForHost: boolean;
  dialIn: boolean;
}

export const NO_OPTIONS: StartOptions = {
  max: '', nobody: '', beep: '', attendantLeaves: false, callerLeaves: false, oneLeft: false, waitForHost: false, dialIn: false,
};

/** What a browser remembers may be of another version. */
export function readOptions(kept: unknown): StartOptions {
  const known = typeof kept === 'object' && kept !== null ? (kept as Partial<Record<keyof StartOptions, unknown>>) : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    max: text(known.max), nobody: text(known.nobody),
    beep: BEEPS.find((beep) => beep === known.beep) ?? '',
    attendantLeaves: known.attendantLeaves === true, callerLeaves: known.callerLeaves === true, oneLeft: known.oneLeft === true,
    waitForHost: known.waitForHost === true,
    dialIn: known.dialIn === true,
  };
}

/** Whole minutes, nothing, or what cannot be sent. */
export function minutes(typed: string): number | null | 'wrong' {
  const text = typed.trim();
  if (text === '') return null;
  const value = Number(text);
  return /^\d{1,4}$/.test(text) && value >= 1 && value <= MOST_MINUTES ? value : 'wrong';
}

export const isWrong = (options: StartOptions): boolean =>
  minutes(options.max) === 'wrong' || minutes(options.nobody) === 'wrong';

/** How many of them are not as configured. */
export const countChosen = (options: StartOptions): number => Object.values(options).filter(Boolean).length;

/** The request with what was chosen, and nothing that was not. A conference without a call has no caller to leave it. */
export function withOptions(wanted: NewConference, options: StartOptions): NewConference {
  const [max, nobody] = [minutes(options.max), minutes(options.nobody)];
  const rules = {
    ...(typeof max === 'number' && { max_seconds: max * 60 }),
    ...(typeof nobody === 'number' && { nobody_seconds: nobody * 60 }),
    ...(options.attendantLeaves && { attendant_leaves: true }),
    ...(options.callerLeaves && wanted.call_id && { caller_leaves: true }),
    ...(options.oneLeft && { one_left: true }),
  };
  return {
    ...wanted,
    ...(Object.keys(rules).length > 0 && { end_rules: rules }),
    ...(options.waitForHost && { wait_for_host: true }),
    ...(options.beep && { beep: options.beep }),
    ...(options.dialIn && { dial_in: {} }),
  };
}
