//! The one place of the command line that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use anwang_domain::Day;

/// Milliseconds since 1970-01-01 UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is the rim: it hands time to the rooms"
)]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Today in China (UTC+8, no summer time).
pub fn today() -> Day {
    const CHINA_AHEAD_MS: i64 = 8 * 3_600_000;
    Day(((now_ms() + CHINA_AHEAD_MS) / 86_400_000) as i32)
}

/// For `--as-of`: an ISO date.
pub fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| format!("`{text}` is not a date like 2026-07-31"))
}
