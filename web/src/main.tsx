/** The composition root: the desk opens, the page is drawn, the keys are listened to. */
import { render } from 'preact';
import { open } from './desk.ts';
import { listenToKeys } from './keys/listen.ts';
import { t } from './strings/index.ts';
import { Page } from './views/Page.tsx';

const root = document.getElementById('page');
if (!root) throw new Error('index.html has no element with the id "page"');
document.documentElement.lang = t.locale;
render(<Page />, root);
listenToKeys();
void open();
