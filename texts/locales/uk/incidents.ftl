text-empty = Текст порожній.
message-for-responders = Це для команд і координатора між собою; установа зазначає `all` або `coordinator`.
