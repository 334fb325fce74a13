/// How often visits that an indicator caused led to help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HitRate {
    pub hits: u64,
    pub visits: u64,
}

/// 95 % of a normal distribution lies within so many standard deviations.
const Z: f64 = 1.959_963_984_540_054;

impl HitRate {
    /// Share of hits; an indicator without visits knows nothing, which is 0 of 0 and counts as no chance.
    pub fn mean(self) -> f64 {
        if self.visits == 0 {
            return 0.0;
        }
        self.hits as f64 / self.visits as f64
    }

    /// This many more visits and hits.
    pub fn with(self, other: Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            visits: self.visits + other.visits,
        }
    }

    /// The 95 % interval of the share (Wilson 1927), which stays sensible for few visits.
    /// `None` without visits.
    pub fn interval(self) -> Option<(f64, f64)> {
        if self.visits == 0 {
            return None;
        }
        let n = self.visits as f64;
        let share = self.mean();
        let spread = Z * ((share * (1.0 - share) + Z * Z / (4.0 * n)) / n).sqrt();
        let centre = share + Z * Z / (2.0 * n);
        let scale = 1.0 + Z * Z / n;
        Some((
            ((centre - spread) / scale).max(0.0),
            ((centre + spread) / scale).min(1.0),
        ))
    }

    /// Even the upper end of the interval lies below the floor: visits have shown that it wastes them.
    pub fn lies_below(self, floor_per_mille: u32) -> bool {
        self.interval()
            .is_some_and(|(_, upper)| upper * 1000.0 < f64::from(floor_per_mille))
    }
}

#[cfg(test)]
mod tests {
    use super::HitRate;

    #[test]
    fn the_interval_agrees_with_published_values() {
        // 2,145 of 15,900 warnings brought people in (13.5 %).
        let (low, high) = HitRate {
            hits: 2145,
            visits: 15_900,
        }
        .interval()
        .unwrap();
        assert!(
            (low - 0.1297).abs() < 5e-4 && (high - 0.1403).abs() < 5e-4,
            "{low} {high}"
        );
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
        let (low, high) = HitRate { hits: 81, visits: 263 }.interval().unwrap();
        assert!(
            (low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5,
            "{low} {high}"
        );
        let (low, high) = HitRate { hits: 0, visits: 20 }.interval().unwrap();
        assert!(low.abs() < 1e-9 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
    }

    #[test]
    fn few_visits_never_retire_an_indicator() {
        assert!(!HitRate { hits: 0, visits: 20 }.lies_below(50));
        assert!(HitRate { hits: 2, visits: 400 }.lies_below(50));
        assert!(!HitRate::default().lies_below(50));
    }
}
