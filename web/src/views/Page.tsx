/** The whole page: behind the door, or at the desk. */
import { useEffect } from 'preact/hooks';
import { assertiveLines, door, house, linkLive, politeLines } from '../desk.ts';
import { waitingCalls } from '../live/select.ts';
import { t } from '../strings/index.ts';
import { Conversation } from './Conversation.tsx';
import { Happened } from './Happened.tsx';
import { Header } from './Header.tsx';
import { Help } from './Help.tsx';
import { Login } from './Login.tsx';
import { Queue } from './Queue.tsx';

export function Page() {
  return (
    <>
      {door.value === 'open' ? <Desk /> : <Door />}
      <div class="sr" role="status" aria-live="polite" aria-relevant="additions" data-live="polite">
        {politeLines.value.map((line) => <p key={line.id}>{line.text}</p>)}
      </div>
      <div class="sr" role="alert" aria-live="assertive" aria-relevant="additions" data-live="assertive">
        {assertiveLines.value.map((line) => <p key={line.id}>{line.text}</p>)}
      </div>
    </>
  );
}

function Door() {
  if (door.value === 'opening' || door.value === 'unreachable') {
    return <main class="door"><p class="door-wait">{door.value === 'opening' ? t.loading : t.noLanding}</p></main>;
  }
  return <Login ended={door.value === 'ended'} />;
}

function Desk() {
  const waiting = waitingCalls(house.value).filter((call) => call.state === 'waiting').length;
  useEffect(() => {
    document.title = t.title(waiting);
    return () => { document.title = t.title(0); };
  }, [waiting]);
  return (
    <div class="desk" data-link={linkLive.value ? 'live' : 'lost'}>
      <a class="skip" href="#middle">{t.skip}</a>
      <Header />
      <Queue />
      <Conversation />
      <Happened />
      <Help />
    </div>
  );
}
