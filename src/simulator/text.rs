//! How FreeSWITCH reads its argument strings: quotes, backslashes, separators, brackets.

/// Splits at `separator` outside single quotes; `\` before the separator or a quote takes it literally.
/// Quotes around a whole piece are removed, escapes are resolved.
pub(super) fn split(text: &str, separator: char, most: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.peek() {
                Some(&next) if next == separator && separator != ' ' => {
                    piece.push(next);
                    chars.next();
                }
                Some(&next) => {
                    piece.push('\\');
                    piece.push(next);
                    chars.next();
                }
                None => piece.push('\\'),
            },
            '\'' => {
                quoted = !quoted;
                piece.push('\'');
            }
            c if c == separator && !quoted && pieces.len() + 1 < most => {
                pieces.push(clean(&piece));
                piece.clear();
                if separator == ' ' {
                    while chars.peek() == Some(&' ') {
                        chars.next();
                    }
                }
            }
            c => piece.push(c),
        }
    }
    pieces.push(clean(&piece));
    if pieces.last().is_some_and(String::is_empty) && separator == ' ' {
        pieces.pop();
    }
    pieces
}

/// Removes quotes around the whole, resolves backslashes, as FreeSWITCH's own cleaning of a separated string.
pub(super) fn clean(piece: &str) -> String {
    let piece = piece.trim_matches(' ');
    let inner = match piece.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        // Quotes inside mean that the outer two are not a pair.
        Some(inner) if !has_bare_quote(inner) => inner,
        _ => return piece.to_owned(),
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('s') => out.push(' '),
                Some(c @ ('\'' | '\\')) => out.push(c),
                Some(c) => {
                    out.push('\\');
                    out.push(c);
                }
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

fn has_bare_quote(text: &str) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let bare = c == '\'' && !escaped;
        escaped = c == '\\' && !escaped;
        bare
    })
}

/// The words of a command line.
pub(super) fn words(text: &str) -> Vec<String> {
    split(text.trim(), ' ', usize::MAX)
}

/// A leading `{a=b,c=d}` (or `[…]`) and what follows it. None when the bracket is never closed.
pub(super) fn leading_block(text: &str, open: char, close: char) -> Option<(Vec<(String, String)>, &str)> {
    let Some(rest) = text.strip_prefix(open) else { return Some((Vec::new(), text)) };
    let mut depth = 1;
    for (at, c) in rest.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some((variables(&rest[..at]), &rest[at + c.len_utf8()..]));
            }
        }
    }
    None
}

/// `a=b,c=d`, or with another separator after `^^`.
pub(super) fn variables(block: &str) -> Vec<(String, String)> {
    let (separator, block) = match block.strip_prefix("^^") {
        Some(rest) => match rest.chars().next() {
            Some(c) => (c, &rest[c.len_utf8()..]),
            None => (',', rest),
        },
        None => (',', block),
    };
    split(block, separator, usize::MAX)
        .iter()
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_owned(), clean(value).replace("\\,", ",")))
        })
        .collect()
}

/// Splits endpoints at `separator`, but not inside their variable brackets.
pub(super) fn split_outside_brackets(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut start, mut pieces) = (0_u32, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 => {
                pieces.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// FreeSWITCH's idea of a true value.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "enable" | "enabled" | "active" | "allow")
        || value.parse::<i64>().is_ok_and(|n| n != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_argument_is_one_word_without_its_quotes() {
        assert_eq!(
            words("U -both 'conference:r@default,park:' inline"),
            ["U", "-both", "conference:r@default,park:", "inline"]
        );
    }

    #[test]
    fn quotes_inside_a_word_hold_it_together_and_stay() {
        assert_eq!(
            words("{execute_on_answer='sched_hangup +3 X'}user/1 &park()"),
            ["{execute_on_answer='sched_hangup +3 X'}user/1", "&park()"]
        );
    }

    #[test]
    fn an_escaped_comma_does_not_separate_variables() {
        let tone = r"k=1,f=tone_stream://%(300\,200\,800);loops=-1,t=3";
        assert_eq!(variables(tone)[1].1, "tone_stream://%(300,200,800);loops=-1");
        assert_eq!(variables("^^~a=x,y~b=z")[0].1, "x,y");
        assert_eq!(variables("a='sched_hangup +3 X'")[0].1, "sched_hangup +3 X");
    }

    #[test]
    fn an_unclosed_block_is_no_block() {
        assert!(leading_block("{a=b sofia/x", '{', '}').is_none());
    }

    #[test]
    fn endpoints_are_separated_outside_brackets_only() {
        assert_eq!(split_outside_brackets("[a=1,b=2]x/1,[c=3]x/2", ','), ["[a=1,b=2]x/1", "[c=3]x/2"]);
    }
}
