availability-on-duty-needed = Зазначте, чи команда на чергуванні; порожній об’єкт скасовує сказане раніше.
availability-over = Цей момент уже минув.
duty-zone-unknown = це не часовий пояс IANA, як-от Europe/Kyiv
duty-day-needed = вкажіть принаймні один день
duty-time-malformed = час доби записують як ГГ:ХХ, наприклад 08:00
