// A stand-in for the server, for working on the page without one: `npm run mock`. It keeps the contract of
// the API and the Content-Security-Policy; who really steers calls is tested elsewhere.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuse, USER, World } from './world.mjs';

const PAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../web/dist');
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
export const CREDENTIALS = { user: 'mia', password: 'a long password' };

export async function startMock({ port = 0, speed = 1 } = {}) {
  const streams = new Set();
  const ring = [];
  let number = 0;
  let sessions = new Set();
  let refuseStreams = false;
  const send = (event, data) => {
    number += 1;
    const text = `id: mock:${number}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    ring.push({ number, text });
    if (ring.length > 500) ring.shift();
    for (const stream of streams) stream.write(text);
  };
  const world = new World({ send, speed });
  const heartbeat = setInterval(() => { for (const stream of streams) stream.write(': still here\n\n'); }, 5000);
  const controls = {
    'drop-streams': () => { refuseStreams = true; for (const stream of streams) stream.destroy(); },
    'accept-streams': () => { refuseStreams = false; },
    'node-down': () => world.setNode('down', 'Connection refused'),
    'node-up': () => world.setNode('up'),
    'caller-hangs-up': () => world.callerHangsUp(),
    'end-sessions': () => { sessions = new Set(); for (const stream of streams) stream.destroy(); },
    arrive: () => world.arrive({ name: 'Just Now', number: '+1 212 555 0100', queue: 'front desk' }, 0),
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock');
    const json = (status, body, headers = {}) => {
      response.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    const answer = ({ status, body }) => json(status, body);
    if (url.pathname.startsWith('/mock/')) {
      controls[url.pathname.slice(6)]?.();
      return json(200, {});
    }
    if (!url.pathname.startsWith('/api/v1/')) return sendPage(url.pathname, response);

    const route = `${request.method} ${url.pathname.slice(7)}`;
    const token = /session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    const body = await readJson(request);
    if (route === 'POST /sessions') {
      if (body.user !== CREDENTIALS.user || body.password !== CREDENTIALS.password) return answer(refuse(401, 'unauthorised', 'User name or password is not right.'));
      const fresh = crypto.randomUUID();
      sessions.add(fresh);
      return json(201, { user: USER, csrf_token: fresh }, { 'Set-Cookie': `session=${fresh}; HttpOnly; SameSite=Strict; Path=/` });
    }
    if (!sessions.has(token)) return answer(refuse(401, 'unauthorised', 'Sign in first.'));
    if (request.method !== 'GET' && request.headers['x-csrf-token'] !== token) return answer(refuse(403, 'csrf', 'The CSRF token is missing.'));
    if (route === 'GET /sessions/current') return json(200, { user: USER, csrf_token: token });
    if (route === 'DELETE /sessions/current') { sessions.delete(token); return json(204); }
    if (route === 'GET /board') return json(200, world.board(`mock:${number}`));
    if (route === 'GET /events') {
      if (refuseStreams) return request.socket.destroy();
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      const last = /^mock:(\d+)$/.exec(request.headers['last-event-id'] ?? '')?.[1];
      if (last && ring[0]?.number <= Number(last) + 1) {
        for (const { number: nth, text } of ring) if (nth > Number(last)) response.write(text);
        response.write(': resumed\n\n');
      } else {
        response.write(`id: mock:${number}\nevent: snapshot\ndata: ${JSON.stringify(world.board(`mock:${number}`))}\n\n`);
      }
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return undefined;
    }
    if (route === 'GET /conferences') return json(200, world.history(url.searchParams.get('before'), Number(url.searchParams.get('limit') ?? 25)));
    if (route === 'POST /conferences') return answer(world.start(body, request.headers['idempotency-key']));
    let match;
    if ((match = /^POST \/calls\/([^/]+)\/actions\/(\w+)$/.exec(route))) return answer(world.callVerb(match[1], match[2], body));
    if ((match = /^POST \/conferences\/([^/]+)\/participants$/.exec(route))) return answer(world.add(match[1], body));
    if ((match = /^POST \/conferences\/([^/]+)\/participants\/([^/]+)\/actions\/(\w+)$/.exec(route))) return answer(world.participantVerb(match[1], match[2], match[3]));
    if ((match = /^POST \/conferences\/([^/]+)\/actions\/(\w+)$/.exec(route))) return answer(world.conferenceVerb(match[1], match[2]));
    if ((match = /^GET \/conferences\/([^/]+)\/story$/.exec(route)) && world.conferences.has(match[1])) {
      return json(200, { conference: world.conferences.get(match[1]), activities: world.stories.get(match[1]) ?? [] });
    }
    return answer(refuse(404, 'not_found', 'There is nothing here.'));
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    ...CREDENTIALS,
    stop() {
      clearInterval(heartbeat);
      world.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function sendPage(name, response) {
  const file = path.join(PAGE, path.normalize(name === '/' ? '/index.html' : name));
  try {
    const bytes = await readFile(file.startsWith(PAGE) ? file : '');
    response.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': "default-src 'self'" });
    response.end(bytes);
  } catch {
    response.writeHead(404).end('Not found. Run `npm run build` in web/ first.');
  }
}

async function readJson(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text ? JSON.parse(text) : {};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock({ port: Number(process.env.PORT ?? 4600) });
  console.log(`${mock.url}  user ${mock.user}  password "${mock.password}"`);
}
