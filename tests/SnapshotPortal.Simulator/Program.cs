Console.Error.WriteLine("No command given."); return 2;
