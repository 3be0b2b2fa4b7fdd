/** Past conferences, newest first, each with the story of every leg. */
import { useEffect, useState } from 'preact/hooks';
import { storyUrl } from '../api/client.ts';
import type { ConferenceView, Story } from '../api/types.ts';
import { readHistory, readStory, singleKeys } from '../desk.ts';
import { shownKey } from '../keys/keymap.ts';
import { clockText } from '../live/clock.ts';
import { locale, t } from '../strings/index.ts';
import { Activities } from './Happened.tsx';
import { Icon, KeyHint, State } from './parts.tsx';
import { legLook } from './Participants.tsx';
import { conferenceName } from './Queue.tsx';
import { RecordingList } from './Recorder.tsx';
import { Rescued } from './Rescue.tsx';

const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

export function HistoryPanel() {
  const [past, setPast] = useState<ConferenceView[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState<string | null>(null);

  async function load(before?: string): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const page = await readHistory(before);
      setPast((known) => (before ? [...known, ...page.conferences] : page.conferences));
      setNext(page.next ?? null);
    } catch (problem) {
      setError(t.happened.failed((problem as Error).message));
    }
    setBusy(false);
  }
  useEffect(() => void load(), []);

  return (
    <>
      <p class="history-bar">
        <button type="button" class="button ghost small" aria-disabled={busy ? 'true' : undefined} onClick={() => { if (!busy) void load(); }}>
          <Icon name="redial" />{t.happened.reload}
        </button>
        <span role="status">{busy && t.happened.loading}</span>
      </p>
      {error && <p class="bad-text" role="alert">{error}</p>}
      {!busy && !error && past.length === 0 && <p class="none">{t.happened.noHistory}</p>}
      <ul class="history">
        {past.map((conference) => <Past key={conference.id} conference={conference} />)}
      </ul>
      {next && (
        <button type="button" class="button plain wide" aria-disabled={busy ? 'true' : undefined} onClick={() => { if (!busy) void load(next); }}>
          {t.happened.older}
        </button>
      )}
    </>
  );
}

function Past({ conference }: { conference: ConferenceView }) {
  const [open, setOpen] = useState(false);
  const [story, setStory] = useState<Story | null>(null);
  const [error, setError] = useState<string | null>(null);

  function toggle(): void {
    setOpen(!open);
    if (open || story) return;
    readStory(conference.id).then(setStory, (problem: Error) => setError(t.happened.failed(problem.message)));
  }

  const lasted = conference.ended_at ? clockText(Date.parse(conference.ended_at) - Date.parse(conference.created_at)) : null;
  return (
    <li class="past" data-id={conference.id}>
      <button type="button" class="past-head" aria-expanded={open} aria-controls={`past-${conference.id}`} onClick={toggle}>
        <Icon name="down" />
        <span class="past-title">{conferenceName(conference)}</span>
        <span class="quiet">
          {[day.format(Date.parse(conference.created_at)), t.happened.people(conference.participants.length),
            lasted && t.happened.lasted(lasted), conference.state === 'refused' && t.conference.states.refused,
          ].filter(Boolean).join(' · ')}
        </span>
      </button>
      <div id={`past-${conference.id}`} class="past-body" hidden={!open}>
        {conference.end_reason && <p>{t.sentence(t.reason(conference.end_reason))}</p>}
        {/* The list has each as it ended; its story knows what became of it afterwards. */}
        {story?.conference.rescued_by && <Rescued by={story.conference.rescued_by} />}
        {error && <p class="bad-text" role="alert">{error}</p>}
        {!story && !error && <p class="quiet">{t.happened.loading}</p>}
        {story && <StoryView story={story} />}
      </div>
    </li>
  );
}

function StoryView({ story }: { story: Story }) {
  return (
    <>
      <h3>{t.happened.legs}</h3>
      <ul class="story">
        {story.conference.participants.map((one) => (
          <li key={one.id}>
            <strong>{one.name || one.number}</strong> {one.role !== 'guest' && <span class="role">{t.leg.roles[one.role]}</span>}
            <ol>
              {one.legs.map((leg) => {
                const [tone, icon, word] = legLook(leg);
                return <li key={leg.id}>{leg.number} <State tone={tone} icon={icon}>{word}</State> <span class="quiet">{leg.cause && t.reason(leg.cause)}</span></li>;
              })}
            </ol>
          </li>
        ))}
      </ul>
      <RecordingList conference={story.conference} />
      <h3>{t.happened.events}</h3>
      <Export id={story.conference.id} />
      <Activities list={story.activities} of={[story.conference]} />
    </>
  );
}

/** Plain links: the browser saves what the server names. */
function Export({ id }: { id: string }) {
  return (
    <p class="export">
      {(['csv', 'json'] as const).map((format) => (
        <a
          key={format} class="button ghost small" href={storyUrl(id, format)} download="" data-export={format}
          aria-keyshortcuts={singleKeys.value ? shownKey(format) : undefined}
        >
          <span><span class="sr">{t.happened.save}: </span>{t.happened.saveAs[format]}</span>
          <KeyHint action={format} />
        </a>
      ))}
    </p>
  );
}
