//! Notifications between the plug-ins of a session: who wants which, and where they go (`spec/messaging-services.md`
//! §4, §11).

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;

/// The keys of the events that each plug-in wants, as they stand in requests.
#[derive(Debug, Default)]
pub struct Events(Mutex<BTreeMap<String, BTreeSet<String>>>);

/// An event on its way to a plug-in.
#[derive(Debug, PartialEq, Eq)]
pub struct Delivery {
    pub target: String,
    pub path: String,
}

impl Events {
    /// Takes a request, given what follows `/system/messaging/`; what is to be delivered because of it.
    pub fn take(&self, rest: &str) -> Vec<Delivery> {
        let parts: Vec<&str> = rest.split('/').collect();
        let mut wanted = self.0.lock();
        match parts.as_slice() {
            ["register_for_event", target, key] => {
                wanted.entry((*target).to_owned()).or_default().insert((*key).to_owned());
                Vec::new()
            }
            ["clear_events", target] => {
                wanted.remove(*target);
                Vec::new()
            }
            ["broadcast_event", _source, key, args, kwargs] => wanted
                .iter()
                .filter(|(_, keys)| keys.contains(*key))
                .map(|(target, _)| Delivery {
                    target: target.clone(),
                    path: format!("/:/plugins/{target}/messaging/event/{key}/{args}/{kwargs}"),
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_go_to_those_who_want_them() {
        let events = Events::default();
        events.take("register_for_event/a/KEY");
        events.take("register_for_event/b/KEY");
        events.take("register_for_event/b/OTHER");
        events.take("clear_events/a");
        let delivered = events.take("broadcast_event/a/KEY/x/y");
        let path = "/:/plugins/b/messaging/event/KEY/x/y".to_owned();
        assert_eq!(delivered, [Delivery { target: "b".to_owned(), path }]);
        assert!(events.take("broadcast_event/a/NONE/x/y").is_empty());
        assert!(events.take("nonsense").is_empty());
    }
}
