//! Log-in sessions in memory: a restart ends them all, which suits a password that is new at each start.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::token::Token;

/// A working day; after it, or after an idle hour, the password is asked again.
const LONGEST: Duration = Duration::from_secs(10 * 3600);
const IDLE: Duration = Duration::from_secs(3600);
/// More than one office uses at once; the oldest ends when another begins.
const MOST_SESSIONS: usize = 256;
/// After five wrong passwords in a row, one try per this long.
const PAUSE: Duration = Duration::from_secs(10);
const FREE_TRIES: u32 = 5;

/// What a log-in remembers.
#[derive(Debug, Clone)]
pub struct Session {
    /// Must come back with every form; a foreign page cannot read it.
    pub form_token: String,
    started: Instant,
    used: Instant,
    /// Why this session may see a person, by person key.
    purposes: HashMap<u64, String>,
}

impl Session {
    pub fn purpose(&self, person: u64) -> Option<&str> {
        self.purposes.get(&person).map(String::as_str)
    }
}

#[derive(Default)]
pub struct Sessions {
    open: Mutex<HashMap<String, Session>>,
    failures: Mutex<Failures>,
}

#[derive(Default)]
struct Failures {
    in_a_row: u32,
    last: Option<Instant>,
}

impl Sessions {
    /// A new session's cookie value.
    pub fn start(&self, now: Instant) -> Result<String, getrandom::Error> {
        let id = Token::random()?.to_string();
        let session = Session {
            form_token: Token::random()?.to_string(),
            started: now,
            used: now,
            purposes: HashMap::new(),
        };
        let mut open = self.open.lock().expect("no panic holds the lock");
        open.retain(|_, session| session.is_alive(now));
        if open.len() >= MOST_SESSIONS
            && let Some(oldest) = oldest(&open)
        {
            open.remove(&oldest);
        }
        open.insert(id.clone(), session);
        Ok(id)
    }

    /// The session behind a cookie, marked as used.
    pub fn find(&self, id: &str, now: Instant) -> Option<Session> {
        let mut open = self.open.lock().expect("no panic holds the lock");
        let session = open.get_mut(id).filter(|session| session.is_alive(now))?;
        session.used = now;
        Some(session.clone())
    }

    pub fn end(&self, id: &str) {
        self.open.lock().expect("no panic holds the lock").remove(id);
    }

    pub fn remember_purpose(&self, id: &str, person: u64, purpose: &str) {
        let mut open = self.open.lock().expect("no panic holds the lock");
        if let Some(session) = open.get_mut(id) {
            session.purposes.insert(person, purpose.to_owned());
        }
    }

    /// Whether a password may be tried now; guessing is slowed for everyone, since there is one account.
    pub fn may_try(&self, now: Instant) -> bool {
        let failures = self.failures.lock().expect("no panic holds the lock");
        failures.in_a_row < FREE_TRIES || failures.last.is_none_or(|last| now.duration_since(last) >= PAUSE)
    }

    pub fn note_failure(&self, now: Instant) {
        let mut failures = self.failures.lock().expect("no panic holds the lock");
        failures.in_a_row += 1;
        failures.last = Some(now);
    }

    pub fn note_success(&self) {
        *self.failures.lock().expect("no panic holds the lock") = Failures::default();
    }
}

impl Session {
    fn is_alive(&self, now: Instant) -> bool {
        now.duration_since(self.started) < LONGEST && now.duration_since(self.used) < IDLE
    }
}

fn oldest(open: &HashMap<String, Session>) -> Option<String> {
    open.iter()
        .min_by_key(|(_, session)| session.used)
        .map(|(id, _)| id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_an_idle_hour_and_after_a_working_day() {
        let sessions = Sessions::default();
        let start = Instant::now();
        let id = sessions.start(start).unwrap();
        let minutes = |n: u64| start + Duration::from_secs(60 * n);
        assert!(sessions.find(&id, minutes(59)).is_some());
        assert!(sessions.find(&id, minutes(118)).is_some(), "used in between");
        assert!(sessions.find(&id, minutes(179)).is_none(), "idle too long");

        let id = sessions.start(start).unwrap();
        for hour in 0..20 {
            let alive = sessions.find(&id, minutes(30 * hour)).is_some();
            assert_eq!(alive, 30 * hour < 600, "after {} minutes", 30 * hour);
        }
    }

    #[test]
    fn five_wrong_passwords_slow_the_sixth_try() {
        let sessions = Sessions::default();
        let start = Instant::now();
        for _ in 0..FREE_TRIES {
            assert!(sessions.may_try(start));
            sessions.note_failure(start);
        }
        assert!(!sessions.may_try(start + Duration::from_secs(9)));
        assert!(sessions.may_try(start + Duration::from_secs(10)));
        sessions.note_success();
        assert!(sessions.may_try(start));
    }

    #[test]
    fn a_purpose_holds_for_one_person_in_one_session() {
        let sessions = Sessions::default();
        let now = Instant::now();
        let (one, two) = (sessions.start(now).unwrap(), sessions.start(now).unwrap());
        sessions.remember_purpose(&one, 7, "复核");
        assert_eq!(sessions.find(&one, now).unwrap().purpose(7), Some("复核"));
        assert_eq!(sessions.find(&one, now).unwrap().purpose(8), None);
        assert_eq!(sessions.find(&two, now).unwrap().purpose(7), None);
    }
}
