### What triage assumes where a report says nothing, and proposals of another one.

proposal-empty = Запропонуйте рівень, сектор або обидва.
assumed-because = Показник «{ $question }» не вказано; прийнято значення «{ $answer }» з огляду на ознаку: { $cause }.
assumed-usual = Показник «{ $question }» не вказано; прийнято звичайне значення «{ $answer }».
assumed-class-by-symptom = Клас інциденту не вказано; його визначено за ознакою «{ $symptom }».
assumed-no-class = Клас інциденту не вказано, а визначити його за ознаками неможливо.
assumed-receipt = У звіті не вказано, коли установа дізналася про інцидент; узято час отримання звіту.
assumed-amber = Позначку TLP не вказано; прийнято TLP:AMBER.
assumed-sector-of-service = Сектор не вказано; сервіс «{ $service }» зареєстровано в секторі «{ $sector }».
assumed-sector-of-institution = Сектор не вказано; узято сектор самої установи: «{ $sector }».
danger-to-life = Загроза життю людей
proposal-undecided = Координатор ще не ухвалив рішення щодо попередньої пропозиції вашої команди.
proposal-decided-otherwise = Щодо цієї пропозиції вже ухвалено інше рішення.
