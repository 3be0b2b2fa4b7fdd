/** The text of an event stream, taken apart (WHATWG HTML, section 9.2). Pure: bytes of text in, messages out. */

export interface StreamMessage {
  id: string;
  event: string;
  data: string;
}

/** Feed it pieces as they come; it returns the messages they completed. Comments yield nothing. */
export class EventStreamParser {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id = '';

  push(piece: string): StreamMessage[] {
    const messages: StreamMessage[] = [];
    this.#rest += piece;
    for (;;) {
      const end = this.#rest.search(/[\r\n]/);
      if (end < 0) break;
      // A CR at the very end may be half of a CRLF.
      if (this.#rest[end] === '\r' && end === this.#rest.length - 1) break;
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + (this.#rest.startsWith('\r\n', end) ? 2 : 1));
      const message = this.#line(line);
      if (message) messages.push(message);
    }
    return messages;
  }

  #line(line: string): StreamMessage | null {
    if (line === '') {
      const message = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
      const complete = this.#data.length > 0;
      this.#event = '';
      this.#data = [];
      return complete ? message : null;
    }
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }
}
