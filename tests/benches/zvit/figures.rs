//! What a cell of the table holds, and medians.

use crate::cpu::Spent;

/// What one run of one load has shown.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Requests (or transactions) per second.
    pub per_second: f64,
    /// Processor time per request.
    pub spent: Spent,
    /// Latencies in microseconds, sorted; empty where a tool doesn't tell them.
    pub latencies: Vec<u32>,
}

impl Figures {
    /// The latency in milliseconds that this share of requests stayed within.
    pub fn latency(&self, share: f64) -> f64 {
        percentile(&self.latencies, share) / 1e3
    }

    /// Processor time of server and database together.
    pub fn cpu(&self) -> f64 {
        self.spent.server + self.spent.database
    }
}

/// The value that this share of sorted values doesn't exceed (nearest rank); not a number when there are none.
pub fn percentile(sorted: &[u32], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).map_or(f64::NAN, |value| f64::from(*value))
}

/// The middle one; of two in the middle the mean. Not a number when there are none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// One row of the table: the same load, once per round.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// Connections.
    pub connections: usize,
    /// One per round.
    pub rounds: Vec<Figures>,
}

/// All rows of the table.
#[derive(Debug, Default)]
pub struct Rows(Vec<Row>);

impl Rows {
    /// Adds a round to a row.
    pub fn add(&mut self, name: &str, connections: usize, figures: Figures) {
        eprintln!(
            "  {name}, c={connections}: {:.0}/s, {:.0} + {:.0} us",
            figures.per_second, figures.spent.server, figures.spent.database
        );
        match self.0.iter_mut().find(|row| row.name == name && row.connections == connections) {
            Some(row) => row.rounds.push(figures),
            None => self.0.push(Row { name: name.to_owned(), connections, rounds: vec![figures] }),
        }
    }

    /// A row, if it was measured.
    pub fn find(&self, name: &str, connections: usize) -> Option<&Row> {
        self.0.iter().find(|row| row.name == name && row.connections == connections)
    }

    /// All of them, in the order of their first round.
    pub fn all(&self) -> &[Row] {
        &self.0
    }
}

impl Row {
    /// The median over the rounds.
    pub fn median(&self, of: impl Fn(&Figures) -> f64) -> f64 {
        median(self.rounds.iter().map(of))
    }

    /// The median of what this row is to another, each pair from the same round.
    pub fn against(&self, floor: &Self, of: impl Fn(&Figures) -> f64) -> f64 {
        median(self.rounds.iter().zip(&floor.rounds).map(|(own, floor)| of(own) / of(floor)))
    }
}
