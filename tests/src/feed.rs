//! Reading feeds and lists as a tool would.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::answer::Answer;
use crate::client::Client;

/// Reads a feed or a list from its beginning to its end, page by page.
#[track_caller]
pub fn everything(client: &Client, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(client, path, 200, cursor.as_deref());
        let read = page.list("/items").len();
        items.extend_from_slice(page.list("/items"));
        let next = page.value["next_cursor"].as_str().map(str::to_owned);
        if next.is_none() || read == 0 {
            return items;
        }
        cursor = next;
    }
}

/// One page.
#[track_caller]
pub fn page(client: &Client, path: &str, limit: usize, cursor: Option<&str>) -> Answer {
    let separator = if path.contains('?') { '&' } else { '?' };
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    client.get(&format!("{path}{separator}limit={limit}{cursor}")).expect(200)
}

/// Follows a feed and keeps to itself what a tool would: the latest state it was shown of each item.
#[derive(Debug, Clone)]
pub struct Follower {
    client: Client,
    path: String,
    limit: usize,
    cursor: Option<String>,
    /// The latest item by its id.
    pub latest: BTreeMap<String, Value>,
    /// Items seen in all, repeats included.
    pub seen: usize,
}

impl Follower {
    /// A follower from the beginning, with pages of `limit`.
    pub fn new(client: &Client, path: &str, limit: usize) -> Self {
        Self { client: client.clone(), path: path.to_owned(), limit, cursor: None, latest: BTreeMap::new(), seen: 0 }
    }

    /// The same follower, asking another server of the store from now on.
    pub fn ask(&mut self, client: &Client) {
        self.client = client.clone();
    }

    /// Where it stands.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Reads one page; says how many items it had.
    #[track_caller]
    pub fn step(&mut self) -> usize {
        let page = page(&self.client, &self.path, self.limit, self.cursor.as_deref());
        let items = page.list("/items");
        assert!(items.len() <= self.limit, "more than {} items\n{page}", self.limit);
        let mut within_page = std::collections::BTreeSet::new();
        for item in items {
            let id = item["id"].as_str().unwrap_or_else(|| panic!("an item without an id\n{page}"));
            assert!(within_page.insert(id.to_owned()), "{id} stands twice on one page\n{page}");
            self.latest.insert(id.to_owned(), item.clone());
        }
        self.seen += items.len();
        // `next_cursor` is always there, also on an empty page.
        self.cursor = Some(page.string("/next_cursor"));
        items.len()
    }

    /// Reads until a page is empty.
    #[track_caller]
    pub fn catch_up(&mut self) {
        while self.step() > 0 {}
    }
}
