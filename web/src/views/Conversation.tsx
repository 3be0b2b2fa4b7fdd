/**
 * The middle: the call or conference, the request line under its controls, the people under that. The request
 * line keeps its place (and the focus) while a call becomes a conference around it.
 */
import { chosen, current, singleKeys } from '../desk.ts';
import { t } from '../strings/index.ts';
import { CallHead } from './CallHead.tsx';
import { ConferenceHead } from './ConferenceHead.tsx';
import { useKeptFocus } from './parts.tsx';
import { Participants } from './Participants.tsx';
import { RequestLine } from './RequestLine.tsx';
import { stale } from './Queue.tsx';

export function Conversation() {
  // Another conference may take the place of the one that has the focus.
  const box = useKeptFocus<HTMLElement>();
  const subject = current.value;
  const nodeId = subject.kind === 'call' ? subject.call.node_id
    : subject.kind === 'conference' ? subject.conference.node_id : null;
  const isStale = nodeId !== null && stale(nodeId);
  return (
    <main class={`middle${isStale ? ' stale' : ''}`} id="middle" tabIndex={-1} ref={box} data-chosen={chosen.value?.id}>
      <div class="head-slot">
        {subject.kind === 'call' && <CallHead key={subject.call.id} call={subject.call} />}
        {subject.kind === 'conference' && <ConferenceHead key={subject.conference.id} conference={subject.conference} />}
        {subject.kind === 'none' && (
          <section class="head" aria-labelledby="middle-heading">
            <h2 id="middle-heading">{t.call.none}</h2>
            <p class="sentence">{t.call.noneLead}</p>
            {singleKeys.value && (
              <p class="lead-keys">{t.call.noneKeys.map(([key, what]) => <span key={key}><kbd>{key}</kbd> {what}</span>)}</p>
            )}
          </section>
        )}
      </div>
      <RequestLine />
      {subject.kind === 'conference' && <Participants conference={subject.conference} />}
      {subject.kind === 'call' && Object.keys(subject.call.variables).length > 0 && (
        <section class="details" aria-labelledby="details-heading">
          <h3 id="details-heading">{t.call.details}</h3>
          <dl>
            {Object.entries(subject.call.variables).map(([name, value]) => (
              <div key={name}><dt>{name.replaceAll('_', ' ')}</dt><dd>{value}</dd></div>
            ))}
          </dl>
        </section>
      )}
    </main>
  );
}
