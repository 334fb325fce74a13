//! How the allocator treats memory that bulk work frees and takes again.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// The allocator's setting: how many milliseconds a freed page is kept; -1 is for ever.
const KEPT_MS: &str = "MIMALLOC_PURGE_DELAY";

/// Without it the kernel clears the same pages again and again, a sixth of the time of a long refresh. The allocator
/// reads its settings before `main`, so bulk work begins again with this one, as the same process. Whoever sets it
/// decides; where the program cannot start itself again it works on as it is, only slower.
pub fn keep_freed_pages() {
    if std::env::var_os(KEPT_MS).is_some() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        // Returns only when it failed.
        let _slower = Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(KEPT_MS, "-1")
            .exec();
    }
}
