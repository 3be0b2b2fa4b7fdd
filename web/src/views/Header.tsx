/** Whether what is shown is true, and who is sitting here. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { NodeView } from '../api/types.ts';
import { helpOpen, house, linkLive, linkLost, refusal, signOut, singleKeys, user } from '../desk.ts';
import { agoText, now } from '../live/clock.ts';
import { doubt } from '../live/select.ts';
import { t } from '../strings/index.ts';
import { Language } from './Language.tsx';
import { Mark } from './Login.tsx';
import { Icon, KeyHint } from './parts.tsx';

export function Header() {
  return (
    <header class="top">
      <h1 class="brand"><Mark />{t.product}</h1>
      <ul class="nodes" aria-label={t.header.nodes}>
        {house.value.nodes.map((node) => <NodeBadge key={node.id} node={node} />)}
      </ul>
      {linkLost.value && (
        <p class="link-lost"><Icon name="warn" />{t.link.lost}</p>
      )}
      {house.value.nodes.some((node) => node.store_is_up === false) && (
        <p class="link-lost"><Icon name="warn" />{t.node.storeDown}</p>
      )}
      <span class="grow" />
      {refusal.value && (
        <p class="refusal">
          <Icon name="warn" /><span>{refusal.value}</span>
          <button type="button" class="button ghost small" aria-label={t.dismiss} onClick={() => { refusal.value = null; }}>
            <Icon name="cross" />
          </button>
        </p>
      )}
      <button type="button" class="button ghost" aria-haspopup="dialog" onClick={() => { helpOpen.value = true; }}>
        {singleKeys.value ? t.header.help : t.header.keysOff}<KeyHint action="help" />
      </button>
      <Account />
    </header>
  );
}

function NodeBadge({ node }: { node: NodeView }) {
  const why = doubt(node, linkLive.value, now.value);
  const ago = node.verified_at ? agoText(now.value - Date.parse(node.verified_at), t.ago) : null;
  const words = why
    ? `${why === 'link' || why === 'old' ? t.node.stale : t.node.states[why]}${ago ? `, ${t.node.lastVerified(ago)}` : ''}`
    : node.state === 'paused' ? t.node.states.paused
      : ago ? t.node.verified(ago) : t.node.never;
  const tone = why ? 'stale' : node.state === 'paused' ? 'warn' : 'good';
  const title = [why && t.node.doubt[why], node.reason, t.node.ports(node.ports_free, node.ports_total), node.version]
    .filter(Boolean).join(' · ');
  return (
    <li class={`node ${tone}`} title={title} data-node-state={node.state} data-doubt={why ?? undefined}>
      <span class="dot" aria-hidden="true" /><strong>{node.id}</strong> <span>{words}</span>
    </li>
  );
}

function Account() {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const me = user.value;

  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('focusin', away);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('focusin', away);
    };
  }, [open]);

  if (!me) return null;
  return (
    <div
      class="account" ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.preventDefault();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        type="button" ref={button} class="button ghost" aria-expanded={open} aria-controls="account-panel"
        onClick={() => setOpen(!open)}
      >
        <Icon name="user" />{me.name}<span class="sr">, {t.header.account}</span><Icon name="down" />
      </button>
      <div id="account-panel" class="account-panel" hidden={!open}>
        <p><strong>{me.name}</strong></p>
        <p class="quiet">{t.header.roles[me.role]} · {t.header.stations(me.stations)}</p>
        <Language />
        <button type="button" class="button plain wide" onClick={() => void signOut()}>{t.header.signOut}</button>
      </div>
    </div>
  );
}
