//! A person at a terminal: a screen of its own, and single keys.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, terminal};

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter or sign.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// Ctrl-C.
    Interrupt,
    /// The terminal has another size now.
    Resized,
}

/// A terminal with somebody in front of it.
pub trait Screen: Send {
    /// Whether there is somebody: keys can be read, and what is shown is seen.
    fn is_there(&self) -> bool;

    /// Takes the terminal: an empty screen, keys without Enter, nothing echoed.
    ///
    /// # Errors
    ///
    /// The terminal refuses.
    fn open(&mut self) -> io::Result<()>;

    /// Gives the terminal back as it was. Dropping does the same.
    fn close(&mut self);

    /// Columns and lines.
    fn size(&self) -> (usize, usize);

    /// Shows these lines and nothing else.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    fn show(&mut self, lines: &[String]) -> io::Result<()>;

    /// The next key, or nothing if none comes in time.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    fn key(&mut self, wait: Duration) -> io::Result<Option<Key>>;
}

/// The real terminal on stdin and stdout.
#[derive(Debug, Default)]
pub struct TerminalScreen {
    is_open: bool,
}

impl Screen for TerminalScreen {
    fn is_there(&self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    fn open(&mut self) -> io::Result<()> {
        // Whatever fails half way is taken back by `close`.
        self.is_open = true;
        terminal::enable_raw_mode()?;
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide)
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.is_open) {
            // There is nobody left to tell.
            let _ = execute!(io::stdout(), cursor::Show, terminal::LeaveAlternateScreen);
            let _ = terminal::disable_raw_mode();
        }
    }

    fn size(&self) -> (usize, usize) {
        let (columns, lines) = terminal::size().unwrap_or((80, 24));
        (usize::from(columns).max(1), usize::from(lines).max(1))
    }

    fn show(&mut self, lines: &[String]) -> io::Result<()> {
        // One write, so that nobody sees it half drawn.
        let page = format!("\u{1b}[H\u{1b}[2J{}", lines.join("\r\n"));
        let mut out = io::stdout().lock();
        out.write_all(page.as_bytes())?;
        out.flush()
    }

    fn key(&mut self, wait: Duration) -> io::Result<Option<Key>> {
        if !event::poll(wait)? {
            return Ok(None);
        }
        Ok(match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => meaning(key),
            Event::Resize(..) => Some(Key::Resized),
            _ => None,
        })
    }
}

impl Drop for TerminalScreen {
    fn drop(&mut self) {
        self.close();
    }
}

fn meaning(key: KeyEvent) -> Option<Key> {
    if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        return (key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char('c'))
            .then_some(Key::Interrupt);
    }
    Some(match key.code {
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_what_is_printed_on_them() {
        let key = |code, modifiers| meaning(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('A'), KeyModifiers::SHIFT), Some(Key::Char('A')));
        assert_eq!(key(KeyCode::Enter, KeyModifiers::NONE), Some(Key::Enter));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Interrupt));
        // Another program's shortcut must not accept anything.
        assert_eq!(key(KeyCode::Char('a'), KeyModifiers::CONTROL), None);
        assert_eq!(key(KeyCode::Char('a'), KeyModifiers::ALT), None);
        assert_eq!(key(KeyCode::Tab, KeyModifiers::NONE), None);
    }
}
